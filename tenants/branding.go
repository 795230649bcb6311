package tenants

import (
	"bytes"
	"errors"
	"net/url"
	"slices"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/tenants/brand"
)

// Branding is how an organization's login looks. What is nil is the
// deployment's own look.
type Branding struct {
	db.Owned
	Color        *string // #rgb or #rrggbb; tenants/brand makes it readable
	PanelColor   *string
	Radius       *int64
	Layout       string // "center" or "split"
	PanelWords   *string
	Logo         []byte
	LogoType     *string
	LogoDark     []byte
	LogoDarkType *string
	PrivacyURL   *string
	TermsURL     *string
	SupportURL   *string
	SecuredBy    bool
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// TableName is the table that this package owns.
func (Branding) TableName() string { return "branding" }

// The table's key is its organization, so it is never asked for by id.
var brandings = db.OwnedTable[Branding, id.Organization]{}

// The layouts of a login page.
const (
	LayoutCenter = "center"
	LayoutSplit  = "split"
)

const (
	maxLogo       = 256 << 10
	maxPanelWords = 280
	maxURL        = 2048
)

// What callers are told of branding.
var (
	ErrInvalidColor  = problem.New(problem.Invalid, "invalid_color", "Colours are written #rgb or #rrggbb.")
	ErrInvalidRadius = problem.New(problem.Invalid, "invalid_radius", "The radius is 0 to 16 pixels.")
	ErrInvalidLogo   = problem.New(problem.Invalid, "invalid_logo", "A logo is a PNG, JPEG or WebP image of at most 256 KB.")
	ErrInvalidLayout = problem.New(problem.Invalid, "invalid_layout", "The layout is center or split.")
	ErrInvalidLink   = problem.New(problem.Invalid, "invalid_link", "Links begin with https:// (support may begin with mailto:).")
)

// GetBranding is the organization's branding, or nil where it has the default.
func GetBranding(tx *db.OrgTx) (*Branding, error) { return maybeBranding(brandings.First(tx)) }

// LocateBranding is the branding of the organization org, or nil: the login
// page of an attempt that names one.
func LocateBranding(tx *db.AllTx, org id.Organization) (*Branding, error) {
	return maybeBranding(brandings.First(tx, db.Eq("organization_id", org)))
}

func maybeBranding(b *Branding, err error) (*Branding, error) {
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil
	}
	return b, err
}

// SetBranding makes b the organization's branding.
func SetBranding(tx *db.OrgTx, b Branding) (*Branding, error) {
	if err := b.check(); err != nil {
		return nil, err
	}
	before, err := GetBranding(tx)
	if err != nil {
		return nil, err
	}
	if before != nil {
		b.CreatedAt = before.CreatedAt
		if _, err := brandings.DeleteWhere(tx, db.Eq("organization_id", tx.Organization())); err != nil {
			return nil, err
		}
	}
	if err := brandings.Insert(tx, &b); err != nil {
		return nil, err
	}
	return &b, recordBranding(tx)
}

func (b *Branding) check() error {
	if b.Layout == "" {
		b.Layout = LayoutCenter
	}
	if b.Layout != LayoutCenter && b.Layout != LayoutSplit {
		return ErrInvalidLayout
	}
	choice := brand.Choice{Brand: text(b.Color), Panel: text(b.PanelColor)}
	if b.Radius != nil {
		choice.Radius = int(min(max(*b.Radius, -1), brand.MaxRadius+1))
	}
	if _, err := brand.Compute(choice); errors.Is(err, brand.ErrRadius) {
		return ErrInvalidRadius
	} else if err != nil {
		return ErrInvalidColor
	}
	var err error
	if b.PanelWords, err = field.Optional("panel_words", b.PanelWords, maxPanelWords); err != nil {
		return err
	}
	return errors.Join(
		checkLink(b.PrivacyURL), checkLink(b.TermsURL), checkLink(b.SupportURL, "mailto"),
		checkLogo(b.Logo, &b.LogoType), checkLogo(b.LogoDark, &b.LogoDarkType),
	)
}

func checkLink(link *string, more ...string) error {
	if link == nil {
		return nil
	}
	u, err := url.Parse(*link)
	if err != nil || len(*link) > maxURL || !slices.Contains(append(more, "https"), u.Scheme) || u.Scheme == "https" && u.Host == "" {
		return ErrInvalidLink
	}
	return nil
}

// logoMagic are the images that a logo may be, by their first bytes. SVG is
// not among them: it is a document that can hold scripts.
var logoMagic = []struct {
	kind  string
	magic []byte
}{
	{"image/png", []byte("\x89PNG\r\n\x1a\n")},
	{"image/jpeg", []byte("\xff\xd8\xff")},
	{"image/webp", []byte("RIFF")},
}

// checkLogo sets kind by what the bytes are, whatever was said of them.
func checkLogo(logo []byte, kind **string) error {
	*kind = nil
	if len(logo) == 0 {
		return nil
	}
	for _, k := range logoMagic {
		isWebP := k.kind != "image/webp" || len(logo) >= 12 && string(logo[8:12]) == "WEBP"
		if len(logo) <= maxLogo && bytes.HasPrefix(logo, k.magic) && isWebP {
			*kind = &k.kind
			return nil
		}
	}
	return ErrInvalidLogo
}
