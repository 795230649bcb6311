package directory

import (
	"errors"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/tenants"
)

// maxDirectories bounds those of one organization: a subsidiary each is few.
const maxDirectories = 50

// When people's leaving is held, unless somebody says otherwise: more than 500,
// or more than a fifth of the active people, within an hour.
const (
	defaultDeactivations = 500
	defaultPercent       = 20
	defaultWindow        = 3600
)

// ErrTooManyDirectories is said of another directory than an organization may have.
var ErrTooManyDirectories = problem.New(problem.Invalid, "too_many_directories", "An organization has at most 50 directories. Delete one that nothing pushes into.")

// New is what a directory starts with.
type New struct {
	Type         Type
	Name         string // empty: the organization's name and the provider's
	Staged       bool   // what comes is kept; nobody becomes a member until it is applied
	AttributeMap map[string]string
	TrustRoles   bool
	JIT          bool
	SetupStep    string
	NoToken      bool // whoever makes it issues the first token later
}

// Create makes a directory with a token; Issued has its value, which is not kept.
func Create(tx *db.OrgTx, n New) (*Directory, *Issued, error) {
	org, err := tenants.Lock(tx) // whoever counts directories beside us waits
	if err != nil {
		return nil, nil, err
	}
	if org.System {
		return nil, nil, tenants.ErrSystemOrganization
	}
	if has, err := directories.Count(tx); err != nil || has >= maxDirectories {
		return nil, nil, errors.Join(err, tooMany(has))
	}
	d, err := n.directory(org.Name)
	if err != nil {
		return nil, nil, err
	}
	if err := directories.Insert(tx, d); err != nil {
		return nil, nil, err
	}
	if err := d.record(tx, func(e audit.Directory) audit.Entry { return audit.DirectoryCreated{Directory: e} }); err != nil {
		return nil, nil, err
	}
	if n.NoToken {
		return d, nil, nil
	}
	issued, err := issue(tx, d, nil)
	return d, issued, err
}

func tooMany(has int64) error {
	if has >= maxDirectories {
		return ErrTooManyDirectories
	}
	return nil
}

func (n New) directory(organization string) (*Directory, error) {
	if err := checkType(n.Type); err != nil {
		return nil, err
	}
	name, err := field.Text("name", n.Name, field.MaxName)
	if err != nil {
		return nil, err
	}
	if name == "" {
		name = defaultName(organization, n.Type)
	}
	attributes, err := checkMap(n.AttributeMap)
	if err != nil {
		return nil, err
	}
	step, err := field.Optional("setup_step", &n.SetupStep, field.MaxName)
	if err != nil {
		return nil, err
	}
	most, percent := UsualBounds()
	return &Directory{ID: id.New[id.Directory](), Type: n.Type, Name: name, State: Waiting, Staged: n.Staged, AttributeMap: attributes, TrustRoles: n.TrustRoles, JIT: n.JIT,
		MaxDeactivations: most, MaxPercent: percent, WindowSeconds: defaultWindow, SetupStep: step}, nil
}

// UsualBounds are those of a safeguard that nobody has set otherwise.
func UsualBounds() (deactivations, percent *int64) {
	most, share := int64(defaultDeactivations), int64(defaultPercent)
	return &most, &share
}

func defaultName(organization string, t Type) string {
	name, suffix := []rune(organization), " "+TypeName(t)
	if most := field.MaxName - len([]rune(suffix)); len(name) > most {
		name = name[:most]
	}
	return string(name) + suffix
}

// Get is one directory, or db.ErrNotFound.
func Get(tx db.OwnedScope, d id.Directory) (*Directory, error) { return directories.Get(tx, d) }

// Hold is Get that keeps others from changing the directory until the
// transaction ends; people and groups come into it meanwhile (lock order: hold.go).
func Hold(tx *db.OrgTx, d id.Directory) (*Directory, error) { return directories.Hold(tx, d) }

// LocateDirectory is whose directory that is, or db.ErrNotFound.
func LocateDirectory(tx *db.AllTx, d id.Directory) (id.Organization, error) {
	row, err := directories.Get(tx, d)
	if err != nil {
		return "", err
	}
	return row.OrganizationID, nil
}

// Delete forgets a directory with all that came into it. Its people stay
// members; provision.DeleteDirectory is what lets go of them first.
func Delete(tx *db.OrgTx, d *Directory) error {
	if err := d.RecordDeleted(tx); err != nil {
		return err
	}
	return Forget(tx, d.ID)
}

// RecordDeleted records that the directory is gone, for whoever asks.
func (d *Directory) RecordDeleted(tx *db.OrgTx) error {
	return d.record(tx, func(e audit.Directory) audit.Entry { return audit.DirectoryDeleted{Directory: e} })
}

// Forget removes the directory's row, and with it what is left below.
func Forget(tx *db.OrgTx, d id.Directory) error {
	_, err := directories.Delete(tx, d)
	return err
}
