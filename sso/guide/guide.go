package guide

import "strings"

// Guide is how one provider is connected by one protocol.
type Guide struct {
	Key      string // in URLs: okta-saml
	Type     string // the wire's connection_type
	Provider string // within a sentence: "Okta", "your provider"
	Name     string // in a list: "Okta", "Another provider"
	Protocol string // saml, oidc
	Role     Text   // what is needed there, after "You need": "the Okta role *Application administrator*"
	Minutes  int
	Title    string // "Create the app in Okta"
	Lede     Text   // what is about to be done
	Done     string // the button: "I've created the app"
	Steps    []Step
	Metadata Metadata // SAML: what is asked for next, and where it is
	Client   Client   // OIDC: the same
	Mistakes []Mistake
	Places   map[Subject]Place
	Vague    bool // its menus could not be checked in the provider's documentation
}

// Step is one thing to do at the provider.
type Step struct {
	Title      string
	Text       Text
	Console    Console
	Paste      []Paste
	Form       *Form
	Attributes *Attributes
}

// Console is where the provider is administered, where that is one address.
type Console struct{ Label, URL string }

// Paste is a value for one of the provider's fields.
type Paste struct {
	Mark  string // A, B, C: the same in the form's drawing
	Field string // what the provider calls it
	Also  string // "also called ACS URL"
	Value Value  // one of ours
	Fixed string // or the same for everybody
}

// Value is one of ours that a provider is told.
type Value string

// The values.
const (
	ACSURL        Value = "acs_url"
	ACSPattern    Value = "acs_pattern" // the ACS URL as a regular expression
	EntityID      Value = "entity_id"
	MetadataURL   Value = "metadata_url"
	StartURL      Value = "start_url" // where a tile leads
	LogoutURL     Value = "logout_url"
	RedirectURI   Value = "redirect_uri"
	SignedOutURI  Value = "signed_out_uri" // where the provider sends people after signing out
	BackchannelID Value = "backchannel_url"
)

// Attributes are what the provider is to say of people.
type Attributes struct {
	Name  string // heads the column of names: "Name"
	Value string // and that of values: "Value in Okta"
	Rows  []Attribute
}

// Attribute is one of them.
type Attribute struct {
	Name   string
	Value  string
	Phrase bool   // the value is words, not something to type
	Note   string // "Required", "Only to map roles"
}

// Form is a drawing of the provider's form: never a picture of it, which ages.
type Form struct {
	Window string // the path in its title: "Okta · Create SAML Integration"
	Fields []Field
}

// FieldKind is how a field is drawn.
type FieldKind int

// The kinds of fields.
const (
	Box    FieldKind = iota // one to type into
	Choice                  // a list to choose from
	Tick                    // a box that is ticked
)

// Field is a field of the drawing. One with a mark takes the value of that name.
type Field struct {
	Kind  FieldKind
	Label string
	Mark  string
	Text  string // what is chosen, or typed
	Value Value
}

// Way is how the provider's metadata comes to us.
type Way string

// The ways, the best first.
const (
	ByURL  Way = "url"
	ByFile Way = "file"
	ByHand Way = "hand"
)

// Metadata is where a SAML provider tells what it is.
type Metadata struct {
	Ways    []Way // that the provider has
	Where   Text  // its URL, or its file
	Label   string
	Example string
	Looks   Text // what it looks like when it is right
	// by hand: what the provider calls these
	Issuer, SignInURL, Certificate string
}

// Has reports whether the provider gives its metadata in this way.
func (m Metadata) Has(w Way) bool {
	for _, one := range m.Ways {
		if one == w {
			return true
		}
	}
	return false
}

// Client is where an OpenID provider tells what it is, and who we are there.
type Client struct {
	Where                   Text
	Issuer, ID, Secret      string // what the provider calls these
	Example                 string // of an issuer
	Fixed                   string // an issuer that is the same for everybody
	Note                    Text   // secrets that run out
	ScopesForGroups         []string
	Basic, Post, PrivateKey bool // what it is known to accept; none: all
}

// Mistake is an address that is often pasted in the metadata's place.
type Mistake struct {
	Holds  string // what the address holds
	Unless string // and what it does not
	Says   Text
}

// Subject is what may have to be changed at the provider.
type Subject string

// The subjects.
const (
	Audience   Subject = "audience"
	ACS        Subject = "acs"
	Signing    Subject = "signing"
	Algorithm  Subject = "algorithm"
	Trust      Subject = "metadata" // where its certificates are shown
	Encryption Subject = "encryption"
	NameID     Subject = "name_id"
	Claims     Subject = "claims"
	Assignment Subject = "assignment"
	Redirect   Subject = "redirect"
	Secret     Subject = "secret"
	Issuer     Subject = "issuer"
	Tile       Subject = "tile"
)

// Place is where a thing is changed: the way there, and what it is called.
type Place struct {
	Path  Text
	Field string
}

// Mistaken says what an address is that was given in place of another, where
// that is known; else nothing.
func (g Guide) Mistaken(address string) Text {
	for _, m := range g.Mistakes {
		if strings.Contains(address, m.Holds) && (m.Unless == "" || !strings.Contains(address, m.Unless)) {
			return m.Says
		}
	}
	return nil
}
