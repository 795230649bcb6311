package portal

import (
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
	"gatehouse/scim/provision"
	"gatehouse/web/ui"
)

// homeDirectory is a directory as the overview has it.
type homeDirectory struct {
	directoryFrame
	counts    directory.Counts
	attention directory.Attention
	mapped    int64
	ends      *time.Time // when the last token that opens it does
}

// mostOnHome is how many directories the overview looks at.
const mostOnHome = 10

// tokenSoon is how long before its end a token is warned of.
const tokenSoon = 30 * 24 * time.Hour

// homeDirectories are the organization's directories, the newest first.
func (v *visit) homeDirectories(tx *db.OrgTx, f frame) ([]homeDirectory, error) {
	all, _, err := directory.List(tx, directory.ListQuery{Page: db.Page{Limit: mostOnHome}})
	if err != nil {
		return nil, err
	}
	ids := make([]id.Directory, len(all))
	for i, d := range all {
		ids[i] = d.ID
	}
	counts, err := directory.CountsOfAll(tx, ids)
	if err != nil {
		return nil, err
	}
	attention, err := directory.AttentionOf(tx, all, v.now)
	if err != nil {
		return nil, err
	}
	var list []homeDirectory
	for i := range all {
		d := homeDirectory{directoryFrame: directoryFrameOf(f, &all[i]), counts: counts[all[i].ID], attention: attention[all[i].ID]}
		if err := d.load(tx, v.now); err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	return list, nil
}

func (d *homeDirectory) load(tx *db.OrgTx, now time.Time) error {
	mappings, err := provision.RoleMappings(tx, d.directory)
	if err != nil {
		return err
	}
	d.mapped = int64(len(mappings))
	tokens, err := directory.Tokens(tx, d.directory.ID)
	for i := range tokens {
		switch t := &tokens[i]; {
		case !t.Live(now):
		case t.ExpiresAt == nil:
			d.ends = nil
			return err
		case d.ends == nil || t.ExpiresAt.After(*d.ends):
			d.ends = t.ExpiresAt
		}
	}
	return err
}

// on reports whether what the provider says takes effect.
func (d homeDirectory) on() bool {
	return d.directory.State == directory.Active && !d.directory.Staged
}

// directorySteps are the lines of the set-up that are about directories.
func (p homePage) directorySteps() []step {
	s := step{title: "Directory", note: "Let your provider say who joins and who leaves", href: pathDirectory}
	var mapped, people, groups, on int64
	for _, d := range p.directories {
		if d.on() {
			on, mapped, people, groups = on+1, mapped+d.mapped, people+d.counts.Active, groups+d.counts.Groups
		}
	}
	if on == 0 {
		if len(p.directories) > 0 {
			s.note, s.href = p.directories[0].directory.Name+", not on yet", p.directories[0].path
		}
		return []step{s}
	}
	name := p.directories[0].directory.Name
	if len(p.directories) > 1 {
		name = count(int64(len(p.directories)), "directory", "directories")
	} else {
		s.href = p.directories[0].path
	}
	s.done, s.note = true, name+", "+count(people, "person", "people")+" in "+count(groups, "group", "groups")
	roles := step{title: "Roles from groups", note: "Everybody has the organization’s default role", href: s.href}
	if len(p.directories) == 1 {
		roles.href += tabGroups
	}
	if mapped > 0 {
		roles.done, roles.note = true, count(mapped, "group gives a role", "groups give a role")
	}
	return []step{s, roles}
}

// directoryWarnings are what needs a look.
func (p homePage) directoryWarnings() []warning {
	var list []warning
	for _, d := range p.directories {
		name := d.directory.Name
		if d.attention.Held {
			list = append(list, warning{title: name + ": people’s leaving is held", icon: "pause", label: "Decide", href: d.path + "?confirm=release",
				text: "More people would leave at once than the safeguard lets go. Nobody has lost access by it."})
		}
		switch {
		case d.attention.Stopped && d.directory.State != directory.Inactive:
			list = append(list, warning{title: "No token opens " + name, icon: "key", label: "Make a token", href: d.path + tabTokens, text: d.fill("Whatever {provider} asks is refused until it has one.")})
		case d.ends != nil && d.ends.Sub(p.now) < tokenSoon:
			list = append(list, warning{title: name + "’s token " + ends(*d.ends, p.now), icon: "key", label: "See tokens", href: d.path + tabTokens,
				text: d.fill("Make another and put it into {provider} before that day, or nobody is added or removed from then on.")})
		}
		if d.attention.Refused {
			list = append(list, warning{title: name + ": requests were not applied in the last day", icon: "sync", label: "See why", href: d.path + tabActivity + "?show=" + showProblems,
				text: "Each says why, and what to change."})
		}
	}
	return list
}

var homeDirectoryColumns = []ui.Column{{Label: "Directory"}, {Label: "Status"}, {Label: "People", Num: true, Hide: "sm"}, {Label: "Last request", Hide: "sm"}}
