package portal

import (
	"slices"

	"gatehouse/sso"
	"gatehouse/sso/guide"
	"gatehouse/web/ui"
)

// The steps of the set-up, by the last part of their URLs.
const (
	stepProvider   = "provider"
	stepApp        = "app"
	stepMetadata   = "metadata"
	stepAttributes = "attributes"
	stepAccess     = "access"
	stepTest       = "test"
	stepOn         = "on"
)

// setupStep is one of the seven.
type setupStep struct {
	name  string
	label func(guide.Guide) string
}

func labelled(words string) func(guide.Guide) string {
	return func(guide.Guide) string { return words }
}

var setupSteps = []setupStep{
	{stepProvider, labelled("Choose your provider")},
	{stepApp, func(g guide.Guide) string { return g.Title }},
	{stepMetadata, func(g guide.Guide) string {
		if g.Protocol == "oidc" {
			return "Enter issuer and client"
		}
		return "Give us {provider}’s metadata"
	}},
	{stepAttributes, labelled("Map attributes")},
	{stepAccess, labelled("Choose who can use it")},
	{stepTest, labelled("Test the connection")},
	{stepOn, labelled("Turn it on")},
}

func stepIndex(name string) int {
	return slices.IndexFunc(setupSteps, func(s setupStep) bool { return s.name == name })
}

// reached is how far a connection's set-up has come: the step that is next. A
// connection that was set up elsewhere may be looked through to the end.
func reached(c *sso.Connection) int {
	if c.SetupStep == nil {
		return len(setupSteps) - 1
	}
	return max(stepIndex(*c.SetupStep), 1)
}

func stepOf(c *sso.Connection) setupStep { return setupSteps[reached(c)] }

// stepPage is a step with the others at its side.
type stepPage struct {
	connectionFrame
	step    string
	problem faults
}

func (v *visit) stepPage(c *sso.Connection, step string) stepPage {
	g := guide.For(string(c.Type), string(c.Protocol))
	title := g.Words(v.h.Name).Fill(setupSteps[stepIndex(step)].label(g))
	p := stepPage{connectionFrame: v.connectionFrame(c, title), step: step}
	p.frame = p.beside(setupSide(p))
	return p
}

// over is the line above the title.
func (p stepPage) over() string {
	n := stepIndex(p.step) + 1
	text := "Step " + itoa(n) + " of " + itoa(len(setupSteps))
	if p.step == stepApp {
		text += ", about " + itoa(p.guide.Minutes) + " minutes"
	}
	return text
}

func (p stepPage) steps() []ui.Step {
	at := reached(p.connection)
	var steps []ui.Step
	for i, s := range setupSteps {
		step := ui.Step{Label: p.fill(s.label(p.guide)), Done: i < at || p.connection.State != sso.Draft, Current: s.name == p.step}
		if i <= at {
			step.Href = p.path + "/setup/" + s.name
		}
		steps = append(steps, step)
	}
	return steps
}

// action is where the step's form is posted.
func (p stepPage) action() string { return p.path + "/setup/" + p.step }

// previous is the step before.
func (p stepPage) previous() ui.Link {
	return ui.Link{Label: "Back", Href: p.path + "/setup/" + setupSteps[max(stepIndex(p.step)-1, 0)].name}
}

func (p stepPage) next() string {
	return p.path + "/setup/" + setupSteps[min(stepIndex(p.step)+1, len(setupSteps)-1)].name
}

// shareable: somebody who is limited to this connection can hand on no more
// than that.
func (p stepPage) shareURL() string { return p.path + "/share?step=" + p.step }

// passed notes that the step is done, where it was not before.
func passed(c *sso.Connection, step string) **string {
	next := stepIndex(step) + 1
	if c.SetupStep == nil || next <= reached(c) || next >= len(setupSteps) {
		return nil
	}
	name := &setupSteps[next].name
	return &name
}
