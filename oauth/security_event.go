package oauth

import "context"

// SignSecurityEvent signs the claims of a Security Event Token (RFC 8417) with
// the key that signs tokens by default, which receivers find in the key set of
// /oauth2/jwks.
func (k *Keys) SignSecurityEvent(ctx context.Context, claims any) (string, error) {
	key, err := k.signer(ctx, RS256)
	if err != nil {
		return "", err
	}
	return key.sign(typeSecurityEvent, claims)
}
