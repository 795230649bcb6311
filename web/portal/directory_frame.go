package portal

import (
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
	scimguide "gatehouse/scim/guide"
	"gatehouse/sso/guide"
	"gatehouse/tenants"
	"gatehouse/web/ui"
)

const pathDirectory = "/portal/directory"

// paramDirectory names a directory in an address.
const paramDirectory = "directory"

// directoryFrame stands around the pages of one directory.
type directoryFrame struct {
	frame
	path      string // /portal/directory/directory_…
	directory *directory.Directory
	guide     scimguide.Guide
	words     guide.Words
	held      *heldLeaving // people's leaving waits for somebody's word
	owner     bool         // who visits is an owner, by their own account
}

// directoryID is the directory that the address names.
func (v *visit) directoryID() (id.Directory, error) {
	return param[id.Directory](v, paramDirectory)
}

// directoryRow is the directory of the address. Another organization's is not
// found.
func (v *visit) directoryRow(tx *db.OrgTx) (*directory.Directory, error) {
	key, err := v.directoryID()
	if err != nil {
		return nil, err
	}
	return directory.Get(tx, key)
}

// openDirectory is the frame of a page of the address's directory.
func (v *visit) openDirectory(tx *db.OrgTx, title string) (directoryFrame, error) {
	d, err := v.directoryRow(tx)
	if err != nil {
		return directoryFrame{}, err
	}
	f := v.directoryFrame(d, title)
	f.held, err = heldOf(tx, d)
	return f, err
}

func (v *visit) directoryFrame(d *directory.Directory, title string) directoryFrame {
	if title == "" {
		title = d.Name
	}
	f := directoryFrameOf(v.frame(title, pathDirectory), d)
	f.owner = v.role == tenants.OwnerRole
	return f
}

func directoryFrameOf(f frame, d *directory.Directory) directoryFrame {
	g := scimguide.For(d.Type, d.Name)
	return directoryFrame{frame: f, path: pathDirectory + "/" + string(d.ID), directory: d, guide: g, words: g.Words(f.service)}
}

// fill puts the provider's name into a sentence.
func (f directoryFrame) fill(s string) string { return f.words.Fill(s) }

// The pages of a directory, as the tabs name them.
const (
	tabOverview = ""
	tabPeople   = "/people"
	tabGroups   = "/groups"
	tabActivity = "/activity"
	tabTokens   = "/tokens"
)

func (f directoryFrame) tabs(current string) ui.TabsProps {
	p := ui.TabsProps{Label: "Directory"}
	for _, t := range []struct{ label, path string }{{"Overview", tabOverview}, {"People", tabPeople}, {"Groups to roles", tabGroups}, {"Sync activity", tabActivity}, {"Tokens", tabTokens}} {
		p.Items = append(p.Items, ui.Choice{Label: t.label, Href: f.path + t.path, Current: t.path == current})
	}
	return p
}

// standing is what a directory is, in a line.
func (f directoryFrame) standing() string {
	return f.guide.Name + ". " + stateOf(f.directory).Label + "."
}

// stateOf is a directory's state in a word.
func stateOf(d *directory.Directory) ui.BadgeProps {
	switch {
	case d.State == directory.Inactive:
		return ui.BadgeProps{Label: "Off", Tone: ui.Warn, Icon: "pause"}
	case d.HeldAt != nil:
		return ui.BadgeProps{Label: "Held", Tone: ui.Bad, Icon: "pause"}
	case d.Staged:
		return ui.BadgeProps{Label: "Being set up", Icon: "edit"}
	case d.State == directory.Waiting:
		return ui.BadgeProps{Label: "Waiting", Tone: ui.Warn, Icon: "clock"}
	}
	return ui.BadgeProps{Label: "On", Tone: ui.OK, Icon: "ok"}
}
