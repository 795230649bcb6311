package oauth

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"gatehouse/audit"
	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/login"
	"gatehouse/login/gates"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/web/hosted"
)

// ErrPageDevice refuses a decision about a device whose code this browser did
// not take up: knowing the page's address is not enough.
var ErrPageDevice = problem.New(problem.Forbidden, "device_code_not_entered", "Enter the code that your device shows first.")

// decision is a device before the person who took its code up.
type decision struct {
	device       *device
	client       *Client
	user         *users.User
	done         login.Done
	organization string // its name; "" without one
}

// decides reads the device, and wants the browser that typed its code and
// signed in for it.
func (h *Handler) decides(tx *db.Tx, key id.DeviceGrant, secret string) (*decision, error) {
	d, err := devices.Get(tx, key)
	if err != nil {
		return nil, orElse(err, db.ErrNotFound, ErrPageDevice)
	}
	if d.AttemptID == nil {
		return nil, ErrPageDevice
	}
	x := &decision{device: d}
	if x.done, err = login.Outcome(tx, *d.AttemptID); err != nil {
		return nil, orElse(err, login.ErrNotDone, ErrPageDevice)
	}
	b, err := sessions.FindBrowser(tx, secret)
	if errors.Is(err, sessions.ErrNoSession) || err == nil && b.ID != x.done.BrowserSession {
		return nil, ErrPageDevice
	}
	if err != nil {
		return nil, err
	}
	if x.client, err = clients.Get(tx, d.ClientID); err != nil {
		return nil, err
	}
	if x.user, err = users.Get(tx, x.done.User); err != nil {
		return nil, err
	}
	if x.done.Organization != nil {
		o, err := tenants.Get(tx, *x.done.Organization)
		if err != nil {
			return nil, err
		}
		x.organization = o.Name
	}
	return x, nil
}

// showDevice is GET /device/{id}: who asks, and the question; or what was
// decided.
func (h *Handler) showDevice(c echo.Context) error {
	key, err := pathDevice(c)
	if err != nil {
		return err
	}
	var x *decision
	err = h.DB.Tx(c.Request().Context(), browser.ActorOf(c.Request()), func(tx *db.Tx) error {
		x, err = h.decides(tx, key, h.Jar.Get(c.Request(), browser.Session))
		return err
	})
	if err != nil {
		return err
	}
	frame := h.Login.Frame(c)
	frame.ApplicationName = x.client.Name
	d := x.device
	switch {
	case d.ApprovedAt != nil || d.DeniedAt != nil:
		return h.Login.Show(c, http.StatusOK, hosted.DeviceDonePage{Frame: frame, Approved: d.ApprovedAt != nil})
	case !h.DB.Now().Before(d.ExpiresAt):
		return ErrPageExpired
	}
	return h.Login.Show(c, http.StatusOK, hosted.DeviceConfirmPage{Frame: frame, Action: devicePath + "/" + string(key),
		Person: hosted.Person{Name: x.user.DisplayName(), Email: x.user.Email}, OrganizationName: x.organization,
		Device: browser.AgentName(value(d.UserAgent)), Address: value(d.IPAddress)})
}

// decideDevice is POST /device/{id}: the person lets the device in, or not.
func (h *Handler) decideDevice(c echo.Context) error {
	key, err := pathDevice(c)
	if err != nil {
		return err
	}
	form, err := browser.Form(c.Request())
	if err != nil {
		return ErrPageRequest
	}
	approves := form.Get(hosted.FieldDecision) == hosted.DecisionApprove
	if !approves && form.Get(hosted.FieldDecision) != hosted.DecisionDeny {
		return ErrPageRequest
	}
	err = h.DB.Tx(c.Request().Context(), browser.ActorOf(c.Request()), func(tx *db.Tx) error {
		x, err := h.decides(tx, key, h.Jar.Get(c.Request(), browser.Session))
		if err != nil {
			return err
		}
		tx.As(tx.Actor().As(x.user.ID, x.user.Email))
		if approves {
			return x.approve(tx)
		}
		return x.deny(tx)
	})
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, devicePath+"/"+string(key))
}

// approve asks the gates again: the page may have been open while the
// organization's policy changed, or the person left.
func (x *decision) approve(tx *db.Tx) error {
	verdict, _, err := gates.Check(tx, gates.Subject{User: x.user, Method: x.done.Method, Via: x.done.Via, Second: x.done.Second, Organization: x.done.Organization, IP: tx.Actor().IP})
	if err != nil {
		return err
	}
	if verdict.Gate != gates.Open || x.user.BannedNow(tx.Now()) {
		return ErrPageDevice
	}
	err = x.decide(tx, "approved_at")
	if err != nil {
		return err
	}
	return audit.RecordFor(tx, x.done.Organization, audit.DeviceApproved{Device: x.device.ID, Client: x.client.ID, User: x.user.ID,
		IPAddress: x.device.IPAddress, UserAgent: x.device.UserAgent})
}

func (x *decision) deny(tx *db.Tx) error {
	if err := x.decide(tx, "denied_at"); err != nil {
		return err
	}
	return audit.RecordFor(tx, x.done.Organization, audit.DeviceDenied{Device: x.device.ID, Client: x.client.ID, User: x.user.ID,
		IPAddress: x.device.IPAddress, UserAgent: x.device.UserAgent})
}

// decide stores the decision, once.
func (x *decision) decide(tx *db.Tx, at string) error {
	n, err := devices.Update(tx, x.device.ID, db.Set{at: tx.Now(), "user_id": x.user.ID, "browser_session_id": x.done.BrowserSession,
		"organization_id": x.done.Organization}, waiting(tx.Now())...)
	if err == nil && n == 0 {
		return ErrPageExpired
	}
	return err
}
