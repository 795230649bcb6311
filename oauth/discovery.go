package oauth

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/i18n"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
)

// metadata is what discovery says (OpenID Connect Discovery §3, RFC 8414 §2).
type metadata struct {
	Issuer                string   `json:"issuer"`
	Authorization         string   `json:"authorization_endpoint"`
	Token                 string   `json:"token_endpoint"`
	Userinfo              string   `json:"userinfo_endpoint"`
	Device                string   `json:"device_authorization_endpoint"`
	Keys                  string   `json:"jwks_uri"`
	Introspection         string   `json:"introspection_endpoint"`
	EndSession            string   `json:"end_session_endpoint"`
	Scopes                []string `json:"scopes_supported"`
	ResponseTypes         []string `json:"response_types_supported"`
	ResponseModes         []string `json:"response_modes_supported"`
	GrantTypes            []string `json:"grant_types_supported"`
	SubjectTypes          []string `json:"subject_types_supported"`
	IDTokenAlgorithms     []string `json:"id_token_signing_alg_values_supported"`
	TokenAuthMethods      []string `json:"token_endpoint_auth_methods_supported"`
	IntrospectionAuth     []string `json:"introspection_endpoint_auth_methods_supported"`
	Claims                []string `json:"claims_supported"`
	Contexts              []string `json:"acr_values_supported"`
	ChallengeMethods      []string `json:"code_challenge_methods_supported"`
	Prompts               []string `json:"prompt_values_supported"`
	Locales               []string `json:"ui_locales_supported"`
	IssParameter          bool     `json:"authorization_response_iss_parameter_supported"`
	ClaimsParameter       bool     `json:"claims_parameter_supported"`
	RequestParameter      bool     `json:"request_parameter_supported"`
	RequestURIParameter   bool     `json:"request_uri_parameter_supported"`
	RequireRequestURIRegd bool     `json:"require_request_uri_registration"`
}

// discovery is both well-known documents: a client of either finds what it
// knows and ignores the rest.
func (h *Handler) discovery(c echo.Context) error {
	cacheable(c)
	return c.JSON(http.StatusOK, metadata{
		Issuer: h.Base, Authorization: h.Base + "/oauth2/authorize", Token: h.Base + "/oauth2/token",
		Userinfo: h.Base + "/oauth2/userinfo", Device: h.Base + "/oauth2/device_authorization", Keys: h.Base + "/oauth2/jwks", Introspection: h.Base + "/oauth2/introspect", EndSession: h.Base + "/oauth2/logout",
		Scopes: knownScopes, ResponseTypes: []string{"code"}, ResponseModes: []string{"query"},
		GrantTypes: []string{grantCode, grantRefresh, grantDevice}, SubjectTypes: []string{"public"},
		IDTokenAlgorithms: []string{string(RS256), string(ES256)},
		TokenAuthMethods:  []string{"client_secret_basic", "client_secret_post", "none"},
		IntrospectionAuth: []string{"client_secret_basic", "client_secret_post"},
		Claims: []string{"sub", "iss", "aud", "exp", "iat", "auth_time", "acr", "amr", "nonce", "at_hash", "sid", "org_id", "name", "given_name",
			"family_name", "picture", "locale", "updated_at", "email", "email_verified"},
		Contexts: knownContexts, ChallengeMethods: []string{"S256"}, Prompts: []string{"none", "login", "select_account", "create"}, Locales: locales(),
		IssParameter: true,
	})
}

// locales are the languages of the hosted pages.
func locales() []string {
	var tags []string
	for _, l := range i18n.Languages() {
		tags = append(tags, l.Tag())
	}
	return tags
}

// standardKeys is GET /oauth2/jwks.
func (h *Handler) standardKeys(c echo.Context) error { return h.keySet(c) }

// wireKeys is GET /sso/jwks/{client_id}. The keys are the deployment's; an
// unknown client is 404.
func (h *Handler) wireKeys(c echo.Context) error {
	client, err := id.ParseClient(c.Param("client"))
	if err != nil {
		return problem.ErrNotFound
	}
	if _, err := h.registry.get(c.Request().Context(), h.DB, client); err != nil {
		if errors.Is(err, errUnknownClient) {
			return problem.ErrNotFound
		}
		return err
	}
	c.Response().Header().Set("Access-Control-Allow-Origin", "*")
	return h.keySet(c)
}

func (h *Handler) keySet(c echo.Context) error {
	set, err := h.Keys.Published(c.Request().Context())
	if err != nil {
		return fmt.Errorf("publishing keys: %w", err)
	}
	cacheable(c)
	return c.JSON(http.StatusOK, set)
}

// cacheable lets clients and proxies keep public documents for a while: far
// less than a new key is published before it signs.
func cacheable(c echo.Context) {
	c.Response().Header().Set("Cache-Control", "public, max-age="+strconv.Itoa(int(keySetMaxAge.Seconds())))
}
