package api

import (
	"net/http"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/scim/directory"
)

func (h *Handler) directoryTokenRoutes() []route {
	return []route{
		{Method: http.MethodPost, Path: "/directories/:id/tokens", Tag: directoryTag, Summary: "Make another token of a directory: give it to the provider, then delete the old one. The value is in this answer only.",
			Body: directoryTokenBody{}, Status: 201, Answer: wire.DirectoryToken{}, Foreign: absent(theirDirectory), run: issueDirectoryToken},
		{Method: http.MethodGet, Path: "/directories/:id/tokens", Tag: directoryTag, Summary: "List a directory's tokens without their values, those that were revoked or have ended among them.", Paged: true,
			Status: 200, Answer: wire.DirectoryToken{}, Foreign: absent(theirDirectory), run: listDirectoryTokens},
		{Method: http.MethodDelete, Path: "/directories/:id/tokens/:token", Tag: directoryTag, Summary: "Revoke a token. The provider's next request with it is refused; nobody leaves by that.",
			Status: 204, Foreign: foreign{fill: theirDirectory, next: theirDirectoryToken, want: http.StatusNotFound}, run: revokeDirectoryToken},
	}
}

type directoryTokenBody struct {
	ExpiresAt Maybe[string] `json:"expires_at" api:"date-time"`
}

func issueDirectoryToken(c *call) error {
	var in directoryTokenBody
	if err := c.decode(&in); err != nil {
		return err
	}
	var expires *time.Time
	if in.ExpiresAt.Value != nil {
		at, err := parseTime("expires_at", *in.ExpiresAt.Value)
		if err != nil {
			return err
		}
		expires = &at
	}
	return changeDirectory(c, func(tx *db.OrgTx, d *directory.Directory) (answer, error) {
		issued, err := directory.IssueToken(tx, d.ID, expires)
		if err != nil {
			return answer{}, err
		}
		return made(issued.Wire()), nil
	})
}

func listDirectoryTokens(c *call) error {
	page, err := c.page()
	if err != nil {
		return err
	}
	return readDirectory(c, func(tx *db.OrgTx, d *directory.Directory) (answer, error) {
		rows, paging, err := directory.TokensPage(tx, d.ID, page)
		return list(each(rows, func(t directory.Token) wire.DirectoryToken { return t.Wire() }), paging), err
	})
}

func revokeDirectoryToken(c *call) error {
	token, err := idOf[id.DirectoryToken](c, "token")
	if err != nil {
		return err
	}
	return changeDirectory(c, func(tx *db.OrgTx, d *directory.Directory) (answer, error) {
		_, err := c.h.Directories.RevokeToken(tx, d.ID, token)
		return empty(http.StatusNoContent), err
	})
}
