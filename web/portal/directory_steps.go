package portal

import (
	"slices"

	"gatehouse/internal/db"
	"gatehouse/scim/directory"
	scimguide "gatehouse/scim/guide"
	"gatehouse/web/ui"
)

// The steps of a directory's set-up, by the last part of their URLs; the first
// is stepProvider.
const (
	stepToken  = "token"
	stepGuide  = "guide"
	stepSync   = "sync"
	stepApply  = "apply"
	stepGroups = "groups"
)

// directoryStep is one of the six.
type directoryStep struct {
	name  string
	label func(scimguide.Guide) string
}

func stepLabel(words string) func(scimguide.Guide) string {
	return func(scimguide.Guide) string { return words }
}

var directorySteps = []directoryStep{
	{stepProvider, stepLabel("Choose your provider")},
	{stepToken, stepLabel("Take the address and the token")},
	{stepGuide, func(g scimguide.Guide) string { return g.Title }},
	{stepSync, stepLabel("Watch the first sync")},
	{stepApply, stepLabel("Look, then apply")},
	{stepGroups, stepLabel("Give roles by groups")},
}

func directoryStepIndex(name string) int {
	return slices.IndexFunc(directorySteps, func(s directoryStep) bool { return s.name == name })
}

// reachedOf is how far a directory's set-up has come: the step that is next.
// One that was set up elsewhere may be looked through to the end.
func reachedOf(d *directory.Directory) int {
	if d.SetupStep == nil {
		return len(directorySteps) - 1
	}
	return max(directoryStepIndex(*d.SetupStep), 1)
}

// directoryStepPage is a step with the others at its side.
type directoryStepPage struct {
	directoryFrame
	step    string
	problem faults
}

// directoryStepPage is the page of a step of the address's directory.
func (v *visit) directoryStepPage(tx *db.OrgTx, step string) (directoryStepPage, error) {
	f, err := v.openDirectory(tx, "")
	if err != nil {
		return directoryStepPage{}, err
	}
	return stepOfDirectory(f, step), nil
}

func stepOfDirectory(f directoryFrame, step string) directoryStepPage {
	f.title = f.fill(directorySteps[directoryStepIndex(step)].label(f.guide))
	p := directoryStepPage{directoryFrame: f, step: step}
	p.frame = p.beside(directorySide(p))
	return p
}

// over is the line above the title.
func (p directoryStepPage) over() string {
	text := "Step " + itoa(directoryStepIndex(p.step)+1) + " of " + itoa(len(directorySteps))
	if p.step == stepGuide {
		text += ", about " + itoa(p.guide.Minutes) + " minutes"
	}
	return text
}

func (p directoryStepPage) steps() []ui.Step {
	at := reachedOf(p.directory)
	var steps []ui.Step
	for i, s := range directorySteps {
		step := ui.Step{Label: p.fill(s.label(p.guide)), Done: i < at || p.directory.SetupStep == nil, Current: s.name == p.step}
		if i <= at {
			step.Href = p.path + "/setup/" + s.name
		}
		steps = append(steps, step)
	}
	return steps
}

// action is where the step's form is posted.
func (p directoryStepPage) action() string { return p.path + "/setup/" + p.step }

// previous is the step before.
func (p directoryStepPage) previous() ui.Link {
	return ui.Link{Label: "Back", Href: p.path + "/setup/" + directorySteps[max(directoryStepIndex(p.step)-1, 0)].name}
}

// next is the step after this one; after the last it is the directory itself.
func (p directoryStepPage) next() string {
	n := directoryStepIndex(p.step) + 1
	if n == len(directorySteps) {
		return p.path
	}
	return p.path + "/setup/" + directorySteps[n].name
}

// passedStep notes that the step is done, where it was not before. After the
// last one there is nothing left to set up.
func passedStep(tx *db.OrgTx, d *directory.Directory, step string) error {
	n := directoryStepIndex(step) + 1
	if d.SetupStep == nil || n <= reachedOf(d) {
		return nil
	}
	var next *string
	if n < len(directorySteps) {
		next = &directorySteps[n].name
	}
	_, err := directory.Change(tx, d.ID, directory.Edit{SetupStep: &next})
	return err
}
