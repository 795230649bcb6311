package login

import "testing"

// A code is typed on the keyboard of the page's language, and pasted as the
// mail shows it; refusing that would lock out whoever does it.
func TestCodesAreReadAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	for _, typed := range []string{"419072", " 419 072 ", "419-072", "٤١٩٠٧٢", "۴۱۹۰۷۲", "४१९०७२", "４１９０７２", "\u2068419 072\u2069"} {
		if got := digitsOf(typed); got != "419072" {
			t.Errorf("%q is read as %q", typed, got)
		}
	}
	for _, typed := range []string{"", "abc", "½", "Ⅳ", "四"} {
		if got := digitsOf(typed); got != "" {
			t.Errorf("%q is read as %q", typed, got)
		}
	}
}
