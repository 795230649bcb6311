package login

import (
	"bytes"
	"strings"
	"testing"

	"gatehouse/internal/i18n"
	"gatehouse/tenants"
	"gatehouse/web/hosted"
)

// Words that an operator wrote for the panel must be read on it: the panel
// draws its small print only below a title.
func TestWordsOfThePanelAreOnThePage(t *testing.T) {
	t.Parallel()
	words := "Every vessel, every berth, on one board."
	b := hosted.Brand{Name: "Halden Marine"}
	dress(&b, &tenants.Branding{Layout: tenants.LayoutSplit, PanelWords: &words})
	page := hosted.IdentifierPage{Frame: hosted.Frame{Lang: i18n.English(), Brand: b}, Action: "/login"}
	var html bytes.Buffer
	if err := page.Render(t.Context(), &html); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(html.String(), words) {
		t.Error("the panel does not say what was written for it")
	}
}
