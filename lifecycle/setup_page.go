package lifecycle

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/problem"
	"gatehouse/login"
	"gatehouse/users"
	"gatehouse/users/password"
	"gatehouse/web/hosted"
)

// SetupPrefix is where set-up links lead; their token follows.
const SetupPrefix = "/admin/setup/"

// Handler serves the page that makes the first operator.
type Handler struct {
	DB        *db.DB
	Passwords *users.Passwords
	Login     *login.Handler // for the frame of its pages
}

// Mount adds the routes.
func (h *Handler) Mount(e *echo.Echo) {
	e.GET(SetupPrefix+":token", h.setup)
	e.POST(SetupPrefix+":token", h.finish)
}

// setup shows the form. Looking at a link does not use it: mail scanners and
// previews look at everything.
func (h *Handler) setup(c echo.Context) error {
	if err := h.DB.Read(c.Request().Context(), func(tx *db.Tx) error { return peek(tx, c.Param("token")) }); err != nil {
		return err
	}
	return h.show(c, http.StatusOK, hosted.SetupPage{})
}

func (h *Handler) show(c echo.Context, status int, page hosted.SetupPage) error {
	page.Frame, page.Action, page.MinLength = h.Login.Frame(c), SetupPrefix+c.Param("token"), password.MinLength
	page.Languages = nil // a link that switches would carry the token
	err := h.Login.Show(c, status, page, browser.NoReferrer)
	return err
}

// finish makes the operator, who then signs in through the hosted login like
// everybody else.
func (h *Handler) finish(c echo.Context) error {
	form, err := browser.Form(c.Request())
	if err != nil {
		return err
	}
	page := hosted.SetupPage{Email: form.Get(hosted.FieldEmail), FirstName: form.Get(hosted.FieldFirstName), LastName: form.Get(hosted.FieldLastName)}
	person, problems := login.ReadPerson(form)
	if form.Get(hosted.FieldPassword) == "" {
		problems = append(problems, hosted.Problem{Field: hosted.FieldPassword, Code: hosted.ProblemPasswordMissing})
	}
	if page.Problems = problems; problems != nil {
		return h.show(c, http.StatusUnprocessableEntity, page)
	}
	err = h.create(c, person, form.Get(hosted.FieldPassword))
	switch {
	case errors.Is(err, password.ErrWeak):
		page.Problems, page.Strength = login.Weaknesses(problem.As(err)), login.WeakStrength(form.Get(hosted.FieldPassword))
		return h.show(c, http.StatusUnprocessableEntity, page)
	case errors.Is(err, users.ErrEmailTaken):
		page.Problems = []hosted.Problem{{Field: hosted.FieldEmail, Code: hosted.ProblemEmailTaken}}
		return h.show(c, http.StatusUnprocessableEntity, page)
	case err != nil:
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/admin")
}

func (h *Handler) create(c echo.Context, p login.Person, typed string) error {
	ctx, token := c.Request().Context(), c.Param("token")
	if err := h.DB.Read(ctx, func(tx *db.Tx) error { return peek(tx, token) }); err != nil {
		return err // before a hash is made for a stranger
	}
	about := password.About{Email: p.Email, Names: []string{p.FirstName, p.LastName}, Product: h.Login.Name}
	hash, err := h.Passwords.Hash(ctx, typed, users.About{About: about, IP: browser.ActorOf(c.Request()).IP})
	if err != nil {
		return err
	}
	return h.DB.InDeployment(ctx, browser.ActorOf(c.Request()), func(tx *db.AllTx) error {
		_, err := consume(tx, token, users.New{Email: p.Email, EmailVerified: true, FirstName: &p.FirstName, LastName: &p.LastName, PasswordHash: hash})
		return err
	})
}
