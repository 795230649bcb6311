package wire

// PortalLink is a way into an organization's self-serve portal. It is shown
// once, to whoever made it.
type PortalLink struct {
	Link string `json:"link"`
}
