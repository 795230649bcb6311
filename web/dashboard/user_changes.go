package dashboard

import (
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/lifecycle"
	"gatehouse/sessions"
	"gatehouse/users"
	"gatehouse/web/ui"
)

// person is who the address names, if the reader may act on them: what locks
// an operator out is for those who could take their role away.
func (v *visit) person() (*users.User, error) {
	key, err := param[id.User](v, "user")
	if err != nil {
		return nil, err
	}
	var u *users.User
	var team role
	err = v.read(func(tx *db.AllTx) (err error) {
		if u, err = users.Get(tx, key); err != nil {
			return err
		}
		team, err = teamRoleOf(tx, u)
		return err
	})
	if err == nil && !v.mayTouch(team) {
		return nil, errOperator
	}
	return u, err
}

// errOperator and errYourself refuse what would let a lesser role lock out a
// mightier one, or somebody lock themselves out.
var (
	errOperator = problem.New(problem.Forbidden, "operator", "This person is an operator. Only an owner or admin of the team can do this, and only an owner to an owner.")
	errYourself = problem.New(problem.Forbidden, "yourself", "You can't do this to your own account. Ask another operator.")
)

func (v *visit) otherPerson() (*users.User, error) {
	u, err := v.person()
	if err == nil && u.ID == v.user.ID {
		return nil, errYourself
	}
	return u, err
}

func (h *Handler) askRevokeSessions(v *visit) error {
	if _, err := v.person(); err != nil {
		return err
	}
	return v.showUser(http.StatusOK, func(p *userPage) templ.Component {
		n := len(p.sessions)
		return confirm(question{path: p.path}, ui.ConfirmProps{Title: "Sign " + p.DisplayName() + " out everywhere?",
			Text: count(int64(n), "session", "sessions") + " " + ends(n) + " now, in every browser and application.",
			Post: ui.Post{Label: "Sign out everywhere", Action: p.path + "/sessions/revoke", Busy: "Signing out…"}})
	})
}

func (h *Handler) revokeSessions(v *visit) error {
	u, err := v.person()
	if err != nil {
		return err
	}
	if err := v.change(func(tx *db.Tx) error { return sessions.EndForUser(tx, u.ID, sessions.Revoked) }); err != nil {
		return err
	}
	return v.done("/admin/users/"+string(u.ID), sessionsRevoked)
}

func (h *Handler) askRevokeSession(v *visit) error {
	u, err := v.person()
	if err != nil {
		return err
	}
	session := v.Param("session")
	return v.showUser(http.StatusOK, func(p *userPage) templ.Component {
		words := u.DisplayName() + " has to sign in to that application again."
		if strings.HasPrefix(session, id.BrowserSession("").Prefix()) {
			words = u.DisplayName() + " is signed out of that browser, and of every application in it."
		}
		return confirm(question{path: p.path}, ui.ConfirmProps{Title: "Revoke this session?", Text: words,
			Post: ui.Post{Label: "Revoke session", Action: p.path + "/sessions/" + session + "/revoke"}})
	})
}

func (h *Handler) revokeSession(v *visit) error {
	u, err := v.person()
	if err != nil {
		return err
	}
	err = v.change(func(tx *db.Tx) error { return endSession(tx, u.ID, v.Param("session")) })
	if err != nil {
		return err
	}
	return v.done("/admin/users/"+string(u.ID), sessionRevoked)
}

// endSession ends one of a person's sessions: the browser's, or an application's.
func endSession(tx *db.Tx, user id.User, key string) error {
	if browser, err := id.Parse[id.BrowserSession](key); err == nil {
		b, err := sessions.LiveBrowser(tx, browser)
		if err != nil || b.UserID != user {
			return db.ErrNotFound
		}
		return sessions.EndBrowser(tx, browser, sessions.Revoked)
	}
	session, err := id.Parse[id.Session](key)
	if err != nil {
		return db.ErrNotFound
	}
	s, err := sessions.Get(tx, session)
	if err != nil || s.UserID != user {
		return db.ErrNotFound
	}
	return sessions.End(tx, session, sessions.Revoked)
}

func (h *Handler) askBan(v *visit) error { return v.askBan("", "", nil) }

// banFor are the choices of how long.
var banFor = []struct {
	value, label string
	lasts        time.Duration
}{
	{"", "Until somebody lifts it", 0}, {"24h", "24 hours", 24 * time.Hour}, {"7d", "7 days", 7 * 24 * time.Hour}, {"30d", "30 days", 30 * 24 * time.Hour},
}

func banOptions() []ui.Option {
	var options []ui.Option
	for _, b := range banFor {
		options = append(options, ui.Option{Value: b.value, Label: b.label})
	}
	return options
}

func (v *visit) askBan(reason, until string, wrong faults) error {
	u, err := v.otherPerson()
	if err != nil {
		return err
	}
	code := http.StatusOK
	if len(wrong) > 0 {
		code = http.StatusUnprocessableEntity
	}
	return v.showUser(code, func(p *userPage) templ.Component {
		p.frame = p.fail(wrong)
		n := len(p.sessions)
		return banQuestion(question{path: p.path}, ui.ConfirmProps{Title: "Ban " + u.DisplayName() + "?",
			Text: "They can't sign in, and " + count(int64(n), "session", "sessions") + " " + ends(n) + " now.",
			Post: ui.Post{Label: "Ban user", Action: p.path + "/ban"}}, reason, until, wrong)
	})
}

func (h *Handler) ban(v *visit) error {
	u, err := v.otherPerson()
	if err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	reason := strings.TrimSpace(form.Get("reason"))
	if reason == "" {
		return v.askBan(reason, form.Get("until"), faults{"reason": "Enter a reason. Other operators read it."})
	}
	var until *time.Time
	for _, b := range banFor {
		if b.value == form.Get("until") && b.lasts > 0 {
			at := v.now.Add(b.lasts)
			until = &at
		}
	}
	err = v.change(func(tx *db.Tx) error {
		_, err := users.Ban(tx, u.ID, until, reason)
		return err
	})
	if wrong, refused := faultsOf(err, "reason"); refused {
		return v.askBan(reason, form.Get("until"), wrong)
	}
	if err != nil {
		return err
	}
	return v.done("/admin/users/"+string(u.ID), userBanned)
}

func (h *Handler) unban(v *visit) error {
	u, err := v.otherPerson()
	if err != nil {
		return err
	}
	err = v.change(func(tx *db.Tx) error {
		_, err := users.Unban(tx, u.ID)
		return err
	})
	if err != nil {
		return err
	}
	return v.done("/admin/users/"+string(u.ID), userUnbanned)
}

func (h *Handler) askDeleteUser(v *visit) error { return v.askDeleteUser("") }

func (v *visit) askDeleteUser(wrong string) error {
	u, err := v.otherPerson()
	if err != nil {
		return err
	}
	code := http.StatusOK
	if wrong != "" {
		code = http.StatusUnprocessableEntity
	}
	return v.showUser(code, func(p *userPage) templ.Component {
		n := len(p.sessions)
		words := count(int64(n), "session", "sessions") + " " + ends(n) + ", and " + count(int64(len(p.memberships)), "membership", "memberships") +
			" of an organization with them. The audit log keeps what they did. This can't be undone."
		return confirmTyped(question{path: p.path, wrong: wrong}, ui.ConfirmProps{Title: "Delete " + u.DisplayName() + "?", Text: words,
			Post: ui.Post{Label: "Delete user", Action: p.path + "/delete"}}, u.Email)
	})
}

func (h *Handler) deleteUser(v *visit) error {
	u, err := v.otherPerson()
	if err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	if !typed(form.Get("confirm"), u.Email) {
		return v.askDeleteUser("That isn't the email address. Type it exactly.")
	}
	err = v.change(func(tx *db.Tx) error { return lifecycle.DeleteUser(tx, u.ID) })
	if _, refused := faultsOf(err, ""); refused {
		return v.askDeleteUser(refusal(err))
	}
	if err != nil {
		return err
	}
	return v.done("/admin/users", userDeleted)
}
