package oauth

import (
	"context"
	"strings"

	"gatehouse/internal/db"
)

// Registered reports whether an application has said that people may be sent
// to that address: where they sign in to it, its home page, or any path on the
// origin of a registered redirect URI.
func (h *Handler) Registered(ctx context.Context, uri string) (bool, error) {
	if uri == "" || len(uri) > maxURI || !printableASCII(uri) || strings.Contains(uri, "\\") {
		return false, nil
	}
	var all []Client
	err := h.DB.Read(ctx, func(tx *db.Tx) (err error) {
		all, err = clients.List(tx, db.Query{Where: []db.Cond{db.Eq("built_in", false)}})
		return err
	})
	if err != nil {
		return false, err
	}
	for _, c := range all {
		g, err := h.registry.get(ctx, h.DB, c.ID)
		if err != nil {
			return false, err
		}
		if value(g.SignInURL) == uri || value(g.HomeURL) == uri || g.allowsReturn(uri) {
			return true, nil
		}
	}
	return false, nil
}
