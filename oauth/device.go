package oauth

import (
	"crypto/rand"
	"errors"
	"math/big"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/actor"
	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/internal/id"
	"gatehouse/internal/limit"
	"gatehouse/internal/seal"
)

// device is a device that waits to be let in (RFC 8628): it shows the user
// code, and asks again and again with the device code. A person types the user
// code into a page, signs in, and decides.
type device struct {
	db.Global
	ID               id.DeviceGrant
	ClientID         id.Client
	Surface          Surface
	Scope            *string
	DeviceCodeHash   []byte
	UserCodeHash     []byte // a MAC: the code is short
	IPAddress        *string
	UserAgent        *string
	AttemptID        *id.Attempt // the sign-in of who typed the code
	UserID           *id.User    // who decided
	BrowserSessionID *id.BrowserSession
	OrganizationID   *id.Organization
	ApprovedAt       *time.Time
	DeniedAt         *time.Time
	UsedAt           *time.Time
	LastPolledAt     *time.Time
	IntervalSeconds  int64
	ExpiresAt        time.Time
	CreatedAt        time.Time
	UpdatedAt        time.Time
}

func (device) TableName() string { return "device_authorizations" }

var devices = db.GlobalTable[device, id.DeviceGrant]{}

const (
	deviceLifetime = 10 * time.Minute
	pollInterval   = 5 // seconds (RFC 8628 §3.2)
	maxInterval    = 60

	// The user codes' letters are those of RFC 8628 §6.1: without vowels they
	// spell nothing, and none looks like another or like a digit. Eight are
	// 34 bits; what can be tried within ten minutes is limited besides.
	codeLetters = "BCDFGHJKLMNPQRSTVWXZ"
	codeLength  = 8
)

// deviceRate is how many devices one network may begin to connect: each is a
// row, and asks nobody for a sign-in.
var deviceRate = limit.Rate{Limit: 100, Per: time.Minute}

// deviceAnswer is RFC 8628 §3.2, and reference/wire-api.md 2.5.
type deviceAnswer struct {
	DeviceCode string `json:"device_code"`
	UserCode   string `json:"user_code"`
	URI        string `json:"verification_uri"`
	Complete   string `json:"verification_uri_complete"`
	ExpiresIn  int64  `json:"expires_in"`
	Interval   int64  `json:"interval"`
}

// authorizeDeviceWire is POST /user_management/authorize/device.
func (h *Handler) authorizeDeviceWire(c echo.Context) error {
	return h.authorizeDevice(c, SurfaceWire)
}

// authorizeDeviceOAuth2 is POST /oauth2/device_authorization.
func (h *Handler) authorizeDeviceOAuth2(c echo.Context) error {
	return h.authorizeDevice(c, SurfaceOAuth2)
}

func (h *Handler) authorizeDevice(c echo.Context, surface Surface) error {
	noStore(c)
	t, err := readParameters(c.Request(), surface == SurfaceWire)
	if err != nil {
		return err
	}
	credentials, err := readCredentials(c.Request(), t)
	if err != nil {
		return err
	}
	client, err := h.identify(c.Request().Context(), surface, credentials)
	if err == nil && surface == SurfaceOAuth2 {
		err = client.authenticated() // as at the token endpoint (RFC 8628 §3.1)
	}
	if err != nil {
		return h.challenge(c, err)
	}
	if client.Type == Machine {
		return errUnauthorized
	}
	who := t.who(c.Request(), client)
	addr, _ := netip.ParseAddr(browser.ActorOf(c.Request()).IP)
	ok, after, err := h.Passwords.Limits.Take(c.Request().Context(), "devices begun", browser.Network(addr).String(), deviceRate)
	if err == nil && !ok {
		err = errTooMany.WithRetryAfter(after)
	}
	if err != nil {
		return err
	}
	answer, err := h.beginDevice(c, surface, client, t, who)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, answer)
}

// beginDevice stores the device. Two of the same user code at once are next to
// impossible; the second draws another.
func (h *Handler) beginDevice(c echo.Context, surface Surface, client *caller, t *tokenRequest, who actor.Actor) (a deviceAnswer, err error) {
	for range 3 {
		code, deviceCode := newUserCode(), seal.Token(seal.TokenBytes)
		err = h.DB.Tx(c.Request().Context(), who, func(tx *db.Tx) error {
			hash, err := userCodeHash(tx, code)
			if err != nil {
				return err
			}
			return devices.Insert(tx, &device{ID: id.New[id.DeviceGrant](), ClientID: client.ID, Surface: surface, Scope: optional(parseScopes(t.Scope).String()),
				DeviceCodeHash: seal.Hash(deviceCode), UserCodeHash: hash, IPAddress: field.Clip(who.IP, 64), UserAgent: field.Clip(who.UserAgent, 512),
				IntervalSeconds: pollInterval, ExpiresAt: tx.Now().Add(deviceLifetime)})
		})
		shown := code[:codeLength/2] + "-" + code[codeLength/2:]
		a = deviceAnswer{DeviceCode: deviceCode, UserCode: shown, URI: h.Base + devicePath, Complete: h.Base + devicePath + "?" + fieldUserCode + "=" + shown,
			ExpiresIn: int64(deviceLifetime.Seconds()), Interval: pollInterval}
		if !errors.Is(err, db.ErrDuplicate) {
			break
		}
	}
	return a, err
}

func newUserCode() string {
	code := make([]byte, codeLength)
	for i := range code {
		n, _ := rand.Int(rand.Reader, big.NewInt(int64(len(codeLetters)))) // never fails (crypto/rand)
		code[i] = codeLetters[n.Int64()]
	}
	return string(code)
}

// readUserCode is a code as people type it: in any case, with or without the
// hyphen; false where it can be none.
func readUserCode(typed string) (string, bool) {
	typed = strings.ToUpper(typed[:min(len(typed), 64)])
	code := strings.NewReplacer("-", "", " ", "", "\t", "", "–", "", "_", "").Replace(typed)
	if len(code) != codeLength || strings.Trim(code, codeLetters) != "" {
		return "", false
	}
	return code, true
}

func userCodeHash(tx *db.Tx, code string) ([]byte, error) { return tx.Derive("oauth.user_code", code) }

// waiting are the conditions under which a device still waits for a decision.
func waiting(now time.Time) []db.Cond {
	return []db.Cond{db.Null("approved_at"), db.Null("denied_at"), db.Null("used_at"), db.Gt("expires_at", now)}
}
