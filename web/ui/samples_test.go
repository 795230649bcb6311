package ui

import (
	"context"
	"io"
	"time"

	"github.com/a-h/templ"
)

// in puts components inside another, as a templ file does with braces.
func in(parent templ.Component, children ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return parent.Render(templ.WithChildren(ctx, templ.Join(children...)), w)
	})
}

var raw = templ.Raw[string]

var noon = time.Date(2026, 11, 22, 12, 23, 8, 114e6, time.UTC)

// words every copy button needs.
func copyBox(id, value, label string) CopyBoxProps {
	return CopyBoxProps{ID: id, Value: value, Label: label, Copy: "Copy", Copied: "Copied"}
}

// samples is every component on its own, with hostile words where people's
// words go.
var samples = map[string]templ.Component{
	"icon":   templ.Join(Icon("check"), Icon("chevron"), IconLarge("passkey")),
	"button": templ.Join(Button(ButtonProps{Label: "Save changes", Kind: "primary", Busy: "Saving…"}), Button(ButtonProps{Label: "More", Icon: "dots", IconOnly: true, Type: "button"}), Button(ButtonProps{Label: "Delete", Kind: "danger-fill", Name: "do", Value: "delete", Form: "f"}), Button(ButtonProps{Label: "Locked", Disabled: true}), LinkButton(ButtonProps{Label: "Continue with SSO", Href: "/login/sso", Icon: "lock", Size: "lg", Block: true}), LinkButton(ButtonProps{Label: "Bad", Href: "javascript:alert(1)"}), PostButton(Post{Label: "Undo", Action: "/undo", Fields: []Hidden{{"csrf", "t"}}}, ButtonProps{Size: "sm"})),
	"group":  ButtonGroup(ButtonGroupProps{Label: "Period", Items: []Choice{{Label: "24 h", Href: "?p=24h"}, {Label: "7 d", Href: "?p=7d", Current: true}}}),
	"input":  templ.Join(Input(InputProps{Name: "uri", Label: "Redirect URI", Value: `"><script>`, Error: "Use https.", Hint: "One address.", Mono: true, Required: true, MaxLength: 300}), Input(InputProps{Name: "name", Label: "Name", Optional: "(optional)", Icon: "person"}), Input(InputProps{Name: "email", Label: "Email", Type: "email", Autocomplete: "username webauthn", InputMode: "email", Autofocus: true, Placeholder: "you@haldenmarine.example"})),
	"password": templ.Join(
		Password(InputProps{Name: "password", Label: "Password", Value: "never shown", Autocomplete: "current-password", Show: "Show password", Hide: "Hide password", ErrorBody: raw(`That email and password don’t match. Try again or <a href="/login/password/forgot">reset your password</a>.`)}),
		AutofillPassword("early")),
	"otp":      OTP(InputProps{Name: "code", Label: "6-digit code", Autofocus: true, Error: "That code has already been used."}),
	"textarea": Textarea(InputProps{Name: "note", Label: "Reason", Value: "</textarea><b>", Rows: 3}),
	"select":   Select(SelectProps{Name: "role", Label: "Role", Value: "admin", Hint: "What they may do.", Options: []Option{{Value: "member", Label: "Member"}, {Value: "admin", Label: "Admin"}}}),
	"choice":   templ.Join(Check(CheckProps{Name: "trust", Label: "Don’t ask again on this device for 30 days", Checked: true}), Check(CheckProps{Name: "terms", Label: "I agree", Error: "Tick the box to go on.", Required: true}), Switch(CheckProps{Name: "sso", Label: "Require SSO", Hint: "412 people.", Checked: true}), Radio(RadioProps{Name: "type", Legend: "Type", Value: "spa", Options: []Option{{Value: "web", Label: "Web", Hint: "Has a server."}, {Value: "spa", Label: "Single page"}}})),
	"notices":  templ.Join(ErrorSummary(ErrorSummaryProps{Title: "Two things are missing", Errors: []FieldError{{"name", "Enter a name."}, {"uri", "Use https."}}}), in(Callout(CalloutProps{Tone: Warn, Icon: "cert", Title: "Okta’s signing certificate expires on 15 December", Text: "The replacement is accepted.", Action: LinkButton(ButtonProps{Label: "Certificates", Href: "/c", Size: "sm"})})), in(Callout(CalloutProps{Tone: Bad, Alert: true}), raw("<p>Why</p>")), Toast(ToastProps{Tone: OK, Title: "Role changed.", Text: "Marcus Obi is now a Lead.", Undo: &Post{Label: "Undo", Action: "/undo"}}), Flash(FlashProps{Tone: OK, Text: "Password changed."})),
	"waiting":  templ.Join(in(Empty(EmptyProps{Icon: "hook", Title: "No webhooks yet", Text: "Get told when people join.", Action: Link{Label: "Add endpoint", Href: "/new"}, Learn: Link{Label: "Event types", Href: "/events"}})), Skeleton(SkeletonProps{Label: "Loading members", Rows: 2}), PartError(PartErrorProps{Text: "Couldn’t load sign-ins.", Retry: Link{Label: "Try again", Href: "?"}, Reference: reference})),
	"card":     in(Card(CardProps{ID: "sso", Title: "Single sign-on", Note: "SAML", Badge: &BadgeProps{Label: "On", Tone: OK, Icon: "check"}, Actions: LinkButton(ButtonProps{Label: "Edit", Href: "/e", Size: "sm"}), Foot: raw("<span>Checked</span>"), Body: true}), raw("<p>Body</p>")),
	"table":    in(Table(TableProps{Label: "Members", Columns: memberColumns, Dense: true, Sticky: true}), raw(`<tr><td>`), RowPerson(RowPersonProps{ID: "user_1", Name: "Ines <b>Halvorsen", Email: "ines@haldenmarine.example", Href: "/admin/users/user_1"}), raw(`</td></tr>`)),
	"pager":    Pager(PagerProps{Text: "50 of about 10,400", Older: Link{Href: "?after=x"}}),
	"menu":     RowMenu(RowMenuProps{ID: "menu-1", Label: "Actions for Ines Halvorsen", Items: []MenuItem{{Label: "Open", Href: "/u"}, {Label: "Ban user", Icon: "fail", Danger: true, Post: &Post{Action: "/ban", Fields: []Hidden{{"csrf", "t"}}}}}}),
	"filters":  in(Filters(FiltersProps{Label: "Search the audit log", Action: "/admin/audit-log", Keep: []Hidden{{"sort", "new"}}, Search: &SearchBoxProps{Label: "Search the audit log", Value: `"x`, Shortcut: true}, Chips: []ChipProps{{Field: "Result", Value: "failed", Remove: Link{Label: "Remove filter Result", Href: "?"}}}, Add: Link{Label: "Filter", Href: "?add"}, Clear: Link{Label: "Clear all", Href: "?clear"}, Submit: "Search"})),
	"tabs":     Tabs(TabsProps{Label: "Organization", Items: []Choice{{Label: "Overview", Href: "/o", Current: true}, {Label: "Members", Href: "/m", Count: "412"}}}),
	"badges":   templ.Join(Badge(BadgeProps{Label: "Draft"}), Status(StatusProps{Label: "Verified", Tone: OK}), Status(StatusProps{Label: "4 min ago", Tone: OK, Live: true}), Status(StatusProps{Label: "failed", Tone: Bad, Unlabel: true}), Dot(DotProps{Tone: Warn})),
	"stats":    StatRow([]StatProps{{Label: "Sign-ins", Value: "445,767", Delta: DeltaProps{Figure: "↑ 6.1%", Tone: OK, Text: "on the previous 30 days"}}, {Label: "Success rate", Value: "98.7", Unit: "%"}}),
	"lists":    templ.Join(DefList([]Def{{Term: "Policy", Text: "Required"}, {Term: "Who", Body: raw(`<a href="/u">Ines</a>`)}}), Timeline([]Moment{{Icon: "check", Tone: OK, Text: "Directory added Sofie Aune", Sub: "4 min ago", Href: "/e"}, {Text: "Next certificate accepted"}})),
	"code":     templ.Join(Code(CodeProps{Label: "Request", Text: "GET /\n  <x>"}), JSON(CodeProps{Label: "Event", Text: `{"id":"event_1","n":-1.5e3,"ok":true,"none":null,"list":[1,"a\"b"],"empty":{}}`}), JSON(CodeProps{Label: "Not JSON", Text: "{oops"})),
	"copy":     templ.Join(CopyBox(copyBox("aud", "https://id.example/aud", "Copy audience URI")), ID(IDProps{Prefix: "External ID", Value: "acct_88213", Copy: "Copy external ID"}), Reference(reference)),
	"secret":   SecretOnce(secret),
	"dialog":   templ.Join(in(Dialog(DialogProps{ID: "d", Title: "Saved views", Close: Link{Label: "Close", Href: "?"}, Footer: Button(ButtonProps{Label: "Save view"}), Wide: true}), raw("<p>Body</p>")), Confirm(signOutEverywhere), ConfirmTyped(deleteHalden)),
	"values":   templ.Join(Avatar(AvatarProps{ID: "user_2", Name: "Tomasz Wieczorek-Lindqvist"}), OrgMark(AvatarProps{ID: "org_1", Name: "Halden Marine", Size: "xl"}), OrgMark(AvatarProps{ID: "org_2", Name: "Kestrel", Logo: "/logo.svg"}), Time(TimeProps{At: noon.Add(-3 * time.Minute), Now: noon}), Time(TimeProps{At: noon, Exact: true}), Time(TimeProps{At: noon, Text: "for 3 minutter siden", Relative: true}), Num(NumProps{Value: 1234567, Lang: "de"})),
	"methods":  templ.Join(Or("or"), Methods(ways), MethodList(MethodListProps{Title: "Other ways to verify", Items: secondSteps}), MethodList(MethodListProps{Label: "Organizations", Items: organizations})),
	"things": Things([]Thing{{Icon: "passkey", Name: "Work <b>laptop", Badge: &BadgeProps{Label: "Required", Icon: "lock"}, Note: "Added 23 Oct", Warning: "There may be a copy.", Actions: LinkButton(ButtonProps{Label: "Rename", Href: "/n"})},
		{Icon: "laptop", Name: "Firefox, Linux", Body: Time(TimeProps{At: noon, Text: "Last seen just now"})}}),
	"panel": BrandPanel(BrandPanelProps{Name: "Halden Marine", Say: "Every hull, one logbook.", Small: "For surveys.", Image: "/panel.jpg"}),
}

var memberColumns = []Column{{Label: "Person"}, {Label: "Role", Hide: "sm"}, {Label: "Last active", Href: "?sort=active", Sort: "descending"}, {Label: "Sign-ins", Num: true, Href: "?sort=n"}, {Label: "Actions", Unlabel: true}}

var reference = ReferenceProps{Label: "Give this to your administrator", Value: "GH-7K2M-94QX", Copy: "Copy reference", Copied: "Copied"}

var secret = SecretOnceProps{
	Title: "Copy the directory token now", Text: "We store only a fingerprint. When you close this, nobody can see it again, but you can make a new one.",
	Copy:  copyBox("token", "scim_live_9Qv3nKx0RtW8bY2mZc61HdLpE4sUa7Fj", "Copy token"),
	Facts: []Def{{Term: "Can", Text: "add and remove people"}, {Term: "Ends", Text: "never"}},
	Save:  "Download", Filename: "token.txt", Check: "I’ve put it in Okta or a password manager", Done: Post{Label: "Done", Action: "/admin/directories"},
}

var signOutEverywhere = ConfirmProps{ID: "c", Title: "Sign Ines out everywhere?", Text: "3 sessions end now.", Post: Post{Label: "Sign out everywhere", Action: "/x", Busy: "Signing out…", Fields: []Hidden{{"csrf", "t"}}}, Cancel: Link{Label: "Cancel", Href: "?"}}

var deleteHalden = ConfirmTypedProps{
	ConfirmProps: ConfirmProps{Title: "Delete Halden Marine?", Text: "412 people lose access at once. Their sessions, the SSO connection and the directory go too. You can undo this for 14 days.",
		Post: Post{Label: "Delete organization", Action: "/admin/organizations/org_1/delete"}, Cancel: Link{Label: "Cancel", Href: "?"}},
	Field: InputProps{Label: "Type Halden Marine to confirm"},
}

var ways = []Method{
	{Label: "Sign in with a passkey", Icon: "passkey", Href: "/login/passkey", Badge: "Last used"},
	{Label: "Continue with SSO", Icon: "lock", Href: "/login/sso"},
	{Label: "Google", Icon: "google", Name: "provider", Value: "google", Half: true},
	{Label: "Microsoft", Icon: "microsoft", Name: "provider", Value: "microsoft", Half: true},
}

var secondSteps = []Method{
	{Label: "Passkey", Note: "MacBook Pro, added 4 March", Icon: "passkey", Href: "/login/mfa/passkey"},
	{Label: "Recovery code", Note: "8 of 10 left", Icon: "key", Href: "/login/mfa/recovery"},
}

var organizations = []Method{
	{Label: "Halden Marine", Note: "Admin, last used 3 minutes ago", Mark: &AvatarProps{ID: "org_1", Name: "Halden Marine"}, Name: "organization", Value: "org_1"},
	{Label: "Osterberg & Söhne Versicherungsmakler und Beteiligungsgesellschaft mbH", Note: "Viewer", Mark: &AvatarProps{ID: "org_2", Name: "Osterberg & Söhne"}, Name: "organization", Value: "org_2"},
	{Label: "Kestrel Logistics", Note: "Asks you to sign in with SSO", Mark: &AvatarProps{ID: "org_3", Name: "Kestrel Logistics"}, End: "lock", Name: "organization", Value: "org_3"},
	{Label: "Tamarind Labs", Note: "Invitation from Noor Hadid", Mark: &AvatarProps{ID: "org_4", Name: "Tamarind Labs"}, Badge: "New", Name: "organization", Value: "org_4"},
}
