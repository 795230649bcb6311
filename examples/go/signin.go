package main

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// startCookie holds state, nonce and code verifier of a sign-in under way.
const startCookie = "app_signin"

// login sends the browser to the provider.
func (a *app) login(w http.ResponseWriter, r *http.Request) {
	state, nonce, verifier := rand.Text(), rand.Text(), oauth2.GenerateVerifier()
	a.setCookie(w, startCookie, strings.Join([]string{state, nonce, verifier}, "."), 30*time.Minute)
	http.Redirect(w, r, a.oauth.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)), http.StatusFound)
}

// callback turns the code into a session of this application.
func (a *app) callback(w http.ResponseWriter, r *http.Request) {
	nonce, verifier, err := started(r)
	a.setCookie(w, startCookie, "", -time.Second)
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	if e := r.FormValue("error"); e != "" {
		refuse(w, http.StatusBadRequest, e+" "+r.FormValue("error_description"))
		return
	}
	s, err := a.exchange(r.Context(), r.FormValue("code"), verifier, nonce)
	if err != nil {
		refuse(w, http.StatusBadGateway, err.Error())
		return
	}
	a.setCookie(w, sessionCookie, a.sessions.add(s), 24*time.Hour)
	http.Redirect(w, r, "/dashboard", http.StatusFound)
}

// started proves that this browser began the sign-in that comes back now.
func started(r *http.Request) (nonce, verifier string, err error) {
	c, err := r.Cookie(startCookie)
	if err != nil {
		return "", "", errors.New("this sign-in was not started here")
	}
	parts := strings.Split(c.Value, ".")
	if len(parts) != 3 || subtle.ConstantTimeCompare([]byte(parts[0]), []byte(r.FormValue("state"))) != 1 {
		return "", "", errors.New("this sign-in was not started here")
	}
	return parts[1], parts[2], nil
}

// exchange redeems the code and verifies the ID token that comes with it
// (OpenID Connect Core 1.0 §3.1.3.7).
func (a *app) exchange(ctx context.Context, code, verifier, nonce string) (*session, error) {
	token, err := a.oauth.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if err != nil {
		return nil, err
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := a.verifier.Verify(ctx, raw)
	if err != nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(nonce)) != 1 {
		return nil, errors.New("the ID token is for another sign-in")
	}
	return &session{subject: id.Subject, idToken: raw, token: token}, nil
}

// logout ends the session here and then at the provider.
func (a *app) logout(w http.ResponseWriter, r *http.Request) {
	s := a.sessions.of(r)
	a.sessions.end(r)
	a.setCookie(w, sessionCookie, "", -time.Second)
	if s == nil || a.endSession == "" {
		http.Redirect(w, r, "/", http.StatusFound)
		return
	}
	q := url.Values{"id_token_hint": {s.idToken}, "post_logout_redirect_uri": {a.home + "/"}, "client_id": {a.oauth.ClientID}}
	http.Redirect(w, r, a.endSession+"?"+q.Encode(), http.StatusFound)
}

func (a *app) setCookie(w http.ResponseWriter, name, value string, life time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: int(life.Seconds()), HttpOnly: true,
		SameSite: http.SameSiteLaxMode, Secure: strings.HasPrefix(a.home, "https:"),
	})
}
