package hosted

import (
	"context"
	"io"
)

// DeviceCodePage asks for the code that a device shows: /device.
type DeviceCodePage struct {
	Frame
	Action   string
	Code     string // from the address, or as it was typed
	Problems []Problem
}

// DeviceConfirmPage asks whether the device may sign in as the person. Both
// answers are the same size: nobody is led to one.
type DeviceConfirmPage struct {
	Frame            // ApplicationName is what the device asks for
	Action           string
	Person           Person
	OrganizationName string // "" hides it
	Device           string // as it calls itself
	Address          string // of the network that it asked from
}

// DeviceDonePage says what was decided.
type DeviceDonePage struct {
	Frame
	Approved bool
}

// What is decided, in FieldDecision.
const (
	DecisionApprove = "approve"
	DecisionDeny    = "deny"
)

func (p DeviceConfirmPage) title() string { return p.words("device.confirm.title") }

// Render writes the page.
func (p DeviceCodePage) Render(ctx context.Context, w io.Writer) error {
	return p.view().Render(ctx, w)
}

// Render writes the page.
func (p DeviceConfirmPage) Render(ctx context.Context, w io.Writer) error {
	return p.view().Render(ctx, w)
}

// Render writes the page.
func (p DeviceDonePage) Render(ctx context.Context, w io.Writer) error {
	return p.view().Render(ctx, w)
}
