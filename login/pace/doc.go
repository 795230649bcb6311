// Package pace knows how long people wait for the answer to what they sign in
// with: a password, a code, a passkey, a second step.
//
//	login ──Add──▶ Counter, in memory ──Run, every 10 s──▶ sign_in_times ──LastDay──▶ the dashboard
//
// Each server counts its own answers in a few buckets and adds them to rows of
// an hour and a bucket, which all servers share; no row knows a person or an
// organization. A server that is killed loses the statistics of ten seconds.
package pace
