package dashboard

import (
	"net/http"

	"github.com/a-h/templ"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/invitations"
	"gatehouse/sessions"
	"gatehouse/users"
	"gatehouse/web/ui"
)

// refusal is what a domain function said no with, or "".
func refusal(err error) string {
	if p := problem.As(err); p != nil {
		return p.Message
	}
	return ""
}

func (h *Handler) askMemberRole(v *visit) error { return v.askMemberRole(nil) }

func (v *visit) askMemberRole(refused error) error {
	m, err := v.oneMember()
	if err != nil {
		return err
	}
	return v.showMembers(status(refused), membersPage{}, func(p membersPage) templ.Component {
		return roleQuestion(question{path: p.path + "/members", wrong: refusal(refused)}, m.user.DisplayName(),
			p.path+"/members/"+string(m.ID)+"/role", m.RoleSlug, p.roleOptions())
	})
}

func (h *Handler) changeMemberRole(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	return v.changeMember(memberRole, v.askMemberRole, func(tx *db.OrgTx, m id.Membership) error {
		_, err := users.ChangeRole(tx, m, form.Get("new_role"))
		return err
	})
}

func (h *Handler) askDeactivateMember(v *visit) error {
	return v.askEnd(nil, "Deactivate", "deactivate", " They keep their account, and can be reactivated.")
}

func (h *Handler) deactivateMember(v *visit) error {
	return v.changeMember(memberDeactivated, func(err error) error {
		return v.askEnd(err, "Deactivate", "deactivate", " They keep their account, and can be reactivated.")
	}, func(tx *db.OrgTx, m id.Membership) error {
		_, err := users.DeactivateMember(tx, m)
		return err
	})
}

func (h *Handler) reactivateMember(v *visit) error {
	return v.changeMember(memberReactivated, nil, func(tx *db.OrgTx, m id.Membership) error {
		_, err := users.ReactivateMember(tx, m)
		return err
	})
}

func (h *Handler) askRemoveMember(v *visit) error {
	return v.askEnd(nil, "Remove", "remove", " They keep their account.")
}

func (h *Handler) removeMember(v *visit) error {
	return v.changeMember(memberRemoved, func(err error) error { return v.askEnd(err, "Remove", "remove", " They keep their account.") },
		func(tx *db.OrgTx, m id.Membership) error { return invitations.RemoveMember(tx, m) })
}

// askEnd asks before a membership ends, with the number of sessions that end
// with it.
func (v *visit) askEnd(refused error, verb, path, after string) error {
	m, err := v.oneMember()
	if err != nil {
		return err
	}
	n, err := v.sessionsHere(sessions.Query{User: m.UserID, Organization: m.OrganizationID})
	if err != nil {
		return err
	}
	return v.showMembers(status(refused), membersPage{}, func(p membersPage) templ.Component {
		return confirm(question{path: p.path + "/members", wrong: refusal(refused)}, ui.ConfirmProps{Title: verb + " " + m.user.DisplayName() + "?",
			Text: count(int64(n), "session", "sessions") + " in " + p.Name + " " + ends(n) + " at once." + after,
			Post: ui.Post{Label: verb + " member", Action: p.path + "/members/" + string(m.ID) + "/" + path}})
	})
}

func ends(n int) string {
	if n == 1 {
		return "ends"
	}
	return "end"
}

// status is that of a page that asks: again, where the answer was refused.
func status(refused error) int {
	if refused != nil {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}
