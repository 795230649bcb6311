package oauth

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"time"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/i18n"
	"gatehouse/internal/id"
	"gatehouse/internal/limit"
	"gatehouse/internal/problem"
	"gatehouse/login"
	"gatehouse/sessions"
	"gatehouse/web/hosted"
)

const (
	devicePath    = "/device"
	fieldUserCode = hosted.FieldUserCode
)

// codesRate is how many user codes one network may try. Whoever is signed in
// has a counter of their own besides, which bears few.
var codesRate = limit.Rate{Limit: 60, Per: 10 * time.Minute}

// errUnknownCode says that no device waits under the code, or that somebody
// else has taken it up: nobody learns which.
var errUnknownCode = problem.New(problem.BadRequest, "user_code_invalid", "That code is not right, or it has run out.")

// askUserCode is GET /device. A code in the address is filled in, and has to be
// confirmed all the same: a link must not connect anything.
func (h *Handler) askUserCode(c echo.Context) error {
	query, err := browser.Query(c.Request())
	if err != nil {
		return ErrPageRequest
	}
	shown := ""
	if code, ok := readUserCode(query.Get(fieldUserCode)); ok {
		shown = code[:codeLength/2] + "-" + code[codeLength/2:]
	}
	return h.showUserCode(c, http.StatusOK, shown)
}

func (h *Handler) showUserCode(c echo.Context, status int, typed string, problems ...hosted.Problem) error {
	return h.Login.Show(c, status, hosted.DeviceCodePage{Frame: h.Login.Frame(c), Action: devicePath, Code: typed, Problems: problems})
}

// takeUserCode is POST /device. The code is bound to the sign-in that begins
// here, in this browser: nobody else can decide about the device by knowing
// its page.
func (h *Handler) takeUserCode(c echo.Context) error {
	form, err := browser.Form(c.Request())
	if err != nil {
		return ErrPageRequest
	}
	typed := form.Get(fieldUserCode)
	if typed == "" {
		return h.showUserCode(c, http.StatusUnprocessableEntity, "", hosted.Problem{Field: fieldUserCode, Code: hosted.ProblemUserCodeMissing})
	}
	wrong := hosted.Problem{Field: fieldUserCode, Code: hosted.ProblemUserCodeInvalid}
	code, ok := readUserCode(typed)
	if !ok {
		return h.showUserCode(c, http.StatusUnprocessableEntity, typed[:min(len(typed), 20)], wrong)
	}
	started, wait, err := h.bindCode(c, code)
	switch {
	case wait > 0:
		problem.ErrTooMany.WithRetryAfter(wait).SetHeaders(c.Response().Header())
		return h.showUserCode(c, http.StatusTooManyRequests, typed, hosted.Problem{Code: hosted.ProblemTooManyTries, Args: i18n.Wait(wait)})
	case errors.Is(err, errUnknownCode):
		return h.showUserCode(c, http.StatusUnprocessableEntity, typed, wrong)
	case err != nil:
		return err
	}
	login.Remember(c, h.Jar, started)
	return c.Redirect(http.StatusSeeOther, started.Path)
}

// bindCode finds the device and begins the sign-in that decides about it.
// Guesses are counted, for the network and for the browser's session.
func (h *Handler) bindCode(c echo.Context, code string) (started login.Started, wait time.Duration, err error) {
	ctx, who := c.Request().Context(), browser.ActorOf(c.Request())
	secret := h.Jar.Get(c.Request(), browser.Session)
	addr, _ := netip.ParseAddr(who.IP)
	network := browser.Network(addr).String()
	ok, wait, err := h.Passwords.Limits.Take(context.WithoutCancel(ctx), "user codes", network, codesRate)
	if err != nil || !ok {
		return started, max(wait, time.Second), err
	}
	guesser, err := h.guesser(ctx, secret, network)
	if err != nil {
		return started, 0, err
	}
	guess, wait, err := h.Passwords.Limits.Begin(ctx, guesser)
	if err != nil || wait > 0 {
		return started, wait, err
	}
	defer guess.Done()
	var refused error
	err = h.DB.Tx(ctx, who, func(tx *db.Tx) error {
		started, refused = login.Started{}, nil
		d, err := h.waitingUnder(tx, code, secret)
		if errors.Is(err, errUnknownCode) {
			refused = err
			_, err := guess.Failed(tx, tx.Now())
			return err
		}
		if err != nil {
			return err
		}
		if err := guess.Succeeded(tx); err != nil {
			return err
		}
		started, err = h.signInFor(tx, d)
		return err
	})
	return started, 0, errors.Join(err, refused)
}

// guesser is by whom wrong codes are counted: the browser's session, or the
// network of whoever is not signed in.
func (h *Handler) guesser(ctx context.Context, secret, network string) (limit.Guess, error) {
	b, err := sessions.CheckBrowser(ctx, h.DB, secret)
	if errors.Is(err, sessions.ErrNoSession) {
		return limit.Guess{Kind: "user code", Account: network, Network: network}, nil
	}
	if err != nil {
		return limit.Guess{}, err
	}
	return limit.Guess{Kind: "user code", Account: string(b.ID), Few: true}, nil
}

// waitingUnder is the device that waits under the code, unless somebody took
// it up and signed in for it in another browser.
func (h *Handler) waitingUnder(tx *db.Tx, code, secret string) (*device, error) {
	hash, err := userCodeHash(tx, code)
	if err != nil {
		return nil, err
	}
	d, err := devices.First(tx, append(waiting(tx.Now()), db.Eq("user_code_hash", hash))...)
	if err != nil {
		return nil, orElse(err, db.ErrNotFound, errUnknownCode)
	}
	if d.AttemptID == nil {
		return d, nil
	}
	done, err := login.Outcome(tx, *d.AttemptID)
	if errors.Is(err, login.ErrNotDone) {
		return d, nil
	}
	if err != nil {
		return nil, err
	}
	b, err := sessions.FindBrowser(tx, secret)
	if errors.Is(err, sessions.ErrNoSession) || err == nil && b.ID != done.BrowserSession {
		return nil, errUnknownCode
	}
	return d, err
}

// signInFor begins the sign-in. Like every other it passes the gates of the
// organization that it leads into; who is signed in already is asked only what
// is missing.
func (h *Handler) signInFor(tx *db.Tx, d *device) (login.Started, error) {
	client, err := clients.Get(tx, d.ClientID)
	if err != nil {
		return login.Started{}, err
	}
	started, err := login.Start(tx, login.Begin{ReturnPath: devicePath + "/" + string(d.ID), ApplicationName: client.Name, NeedsOrganization: true})
	if err != nil {
		return started, err
	}
	n, err := devices.Update(tx, d.ID, db.Set{"attempt_id": started.Attempt}, waiting(tx.Now())...)
	if err == nil && n == 0 {
		err = errUnknownCode
	}
	return started, err
}

// pathDevice is the id in the address.
func pathDevice(c echo.Context) (id.DeviceGrant, error) {
	key, err := id.Parse[id.DeviceGrant](c.Param("device"))
	if err != nil {
		return "", ErrPageExpired
	}
	return key, nil
}
