package guide

import "strings"

// Kind is how a run of a text is set.
type Kind string

// The kinds.
const (
	Plain  Kind = ""
	Screen Kind = "screen" // words on the provider's screen: set in bold
	Typed  Kind = "typed"  // typed or copied as it is: set in mono
)

// Run is a piece of a text.
type Run struct {
	Kind Kind
	Text string
}

// Text is a paragraph.
type Text []Run

// Words are whom a text is about.
type Words struct {
	App      string // what people sign in to: the SaaS company's name
	Provider string // the provider, within a sentence: "Okta", "your provider"
}

// Provider at the start of a sentence.
func (w Words) start() string {
	if w.Provider == "" {
		return ""
	}
	return strings.ToUpper(w.Provider[:1]) + w.Provider[1:]
}

// Fill puts the words in.
func (w Words) Fill(s string) string {
	return strings.NewReplacer("{app}", w.App, "{provider}", w.Provider, "{Provider}", w.start()).Replace(s)
}

// With is the text about these.
func (t Text) With(w Words) Text {
	out := make(Text, len(t))
	for i, r := range t {
		out[i] = Run{r.Kind, w.Fill(r.Text)}
	}
	return out
}

// String is the text without its setting.
func (t Text) String() string {
	var b strings.Builder
	for _, r := range t {
		b.WriteString(r.Text)
	}
	return b.String()
}

// Say reads a text in which *stars* and `ticks` mark runs. A mark without its
// second stands for itself.
func Say(s string) Text {
	var out Text
	add := func(k Kind, text string) {
		if text != "" {
			out = append(out, Run{k, text})
		}
	}
	for {
		i := strings.IndexAny(s, "*`")
		if i < 0 {
			break
		}
		end := strings.IndexByte(s[i+1:], s[i])
		if end < 0 {
			break
		}
		add(Plain, s[:i])
		kind := Screen
		if s[i] == '`' {
			kind = Typed
		}
		add(kind, s[i+1:i+1+end])
		s = s[i+end+2:]
	}
	add(Plain, s)
	return out
}
