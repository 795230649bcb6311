// Package portal is the self-serve portal, /portal: where an organization's
// admins look after their domains, their single sign-on, their directories and
// what they ask of their people. A page's handler and its .templ stand side by side.
//
// Who may be here, and for how long, is the business of gatehouse/portal: by a
// link that works once, or by the role of owner or admin, which is asked again
// at every request. The route table says which section each address belongs
// to; what a visit has not is not there for it. Everything that a visit reads
// or changes it does in its own organization's transaction, so an id of
// another organization is not found.
package portal
