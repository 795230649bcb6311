// Package social is signing in by an account elsewhere: Google, Microsoft,
// GitHub, Apple, GitLab, LinkedIn, Slack, and any OpenID issuer.
//
// It owns how each is set up (Provider; the environment's credentials win over
// what is stored) and the requests that browsers were sent away with. A
// request's state is kept as a hash, is bound to the browser and to the sign-in
// that asked (or to the signed-in person who adds an account), and is used up
// by one conditional UPDATE before its code goes anywhere.
//
//	login → Service.Begin    → the provider
//	      ← Find, Consume    ← the browser comes back
//	      → Service.Redeem   → a Profile, outside of any transaction
//	      → Admit            → whose it is
//
// Admit is the only place that decides whose account that is. An address links
// only where the provider has verified it (kinds.go says what counts as that,
// for each) and nobody else can have planted the account that has it; else the
// person proves the mailbox first. Issuer and subject are the key for ever after.
package social
