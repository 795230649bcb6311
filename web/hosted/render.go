package hosted

import (
	"context"
	"io"
)

// Each page is a templ.Component.

// Render writes the page.
func (p IdentifierPage) Render(ctx context.Context, w io.Writer) error {
	return p.view().Render(ctx, w)
}

// Render writes the page.
func (p PasswordPage) Render(ctx context.Context, w io.Writer) error { return p.view().Render(ctx, w) }

// Render writes the page.
func (p ContinuePage) Render(ctx context.Context, w io.Writer) error { return p.view().Render(ctx, w) }

// Render writes the page.
func (p RedirectPage) Render(ctx context.Context, w io.Writer) error { return p.view().Render(ctx, w) }

// Render writes the page.
func (p SSOPage) Render(ctx context.Context, w io.Writer) error { return p.view().Render(ctx, w) }

// Render writes the page.
func (p ConnectionsPage) Render(ctx context.Context, w io.Writer) error {
	return p.view().Render(ctx, w)
}

// Render writes the page.
func (p OrganizationPickerPage) Render(ctx context.Context, w io.Writer) error {
	return p.view().Render(ctx, w)
}

// Render writes the page.
func (p InvitationPage) Render(ctx context.Context, w io.Writer) error {
	return p.view().Render(ctx, w)
}

// Render writes the page.
func (p CreateOrganizationPage) Render(ctx context.Context, w io.Writer) error {
	return p.view().Render(ctx, w)
}

// Render writes the page.
func (p SignUpPage) Render(ctx context.Context, w io.Writer) error { return p.view().Render(ctx, w) }

// Render writes the page.
func (p SignUpDetailsPage) Render(ctx context.Context, w io.Writer) error {
	return p.view().Render(ctx, w)
}

// Render writes the page.
func (p SetupPage) Render(ctx context.Context, w io.Writer) error { return p.view().Render(ctx, w) }

// Render writes the page.
func (p SignedOutPage) Render(ctx context.Context, w io.Writer) error { return p.view().Render(ctx, w) }

// Render writes the page.
func (p SignOutConfirmPage) Render(ctx context.Context, w io.Writer) error {
	return p.view().Render(ctx, w)
}

// Render writes the page.
func (p ErrorPage) Render(ctx context.Context, w io.Writer) error { return p.view().Render(ctx, w) }

// Render writes the page.
func (p BusyPage) Render(ctx context.Context, w io.Writer) error { return p.view().Render(ctx, w) }

// Render writes the page.
func (p CodePage) Render(ctx context.Context, w io.Writer) error {
	return p.view().Render(ctx, w)
}

// Render writes the page.
func (p SendCodePage) Render(ctx context.Context, w io.Writer) error {
	return p.view().Render(ctx, w)
}

// Render writes the page.
func (p OtherPersonPage) Render(ctx context.Context, w io.Writer) error {
	return p.view().Render(ctx, w)
}

// Render writes the page.
func (p LinkPage) Render(ctx context.Context, w io.Writer) error {
	return p.view().Render(ctx, w)
}

// Render writes the page.
func (p ForgotPage) Render(ctx context.Context, w io.Writer) error {
	return p.view().Render(ctx, w)
}

// Render writes the page.
func (p ResetPage) Render(ctx context.Context, w io.Writer) error {
	return p.view().Render(ctx, w)
}

// Render writes the page.
func (p SecondStepPage) Render(ctx context.Context, w io.Writer) error {
	return p.view().Render(ctx, w)
}

// Render writes the page.
func (p PasskeyPage) Render(ctx context.Context, w io.Writer) error {
	return p.view().Render(ctx, w)
}

// Render writes the page.
func (p EnrollPage) Render(ctx context.Context, w io.Writer) error {
	return p.view().Render(ctx, w)
}

// Render writes the page.
func (p EnrollAppPage) Render(ctx context.Context, w io.Writer) error {
	return p.view().Render(ctx, w)
}

// Render writes the page.
func (p EnrollPhonePage) Render(ctx context.Context, w io.Writer) error {
	return p.view().Render(ctx, w)
}

// Render writes the page.
func (p EnrollPasskeyPage) Render(ctx context.Context, w io.Writer) error {
	return p.view().Render(ctx, w)
}

// Render writes the page.
func (p RecoveryCodesPage) Render(ctx context.Context, w io.Writer) error {
	return p.view().Render(ctx, w)
}

// Render writes the page.
func (p NotMePage) Render(ctx context.Context, w io.Writer) error {
	return p.view().Render(ctx, w)
}
