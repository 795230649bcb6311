package sink

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"sync"
	"time"

	"github.com/minio/minio-go/v7/pkg/credentials"

	"gatehouse/internal/objects"
)

// roles takes on roles of other accounts.
type roles interface {
	// assume gives the keys of a role, or errRole where its trust policy says no.
	assume(ctx context.Context, arn, externalID, region string) (credentials.Value, error)
}

var errRole = errors.New("the role may not be taken on")

// role is a role in somebody else's account that one stream's entries are
// written with.
//
// Whoever may set up a stream can name any role that trusts this deployment,
// another organization's too. Two things keep them from writing there (the
// confused deputy, X13): the external id is the stream's organization, which
// they do not choose, so a role that asks for its own organization's refuses;
// and a role that asks for none is not used at all.
type role struct {
	arn, external, region string
	roles                 roles

	mu      sync.Mutex // objects of a batch are written beside one another
	opened  *objects.S3
	renewAt time.Time
}

var roleARN = regexp.MustCompile(`^arn:aws(-[a-z-]+)?:iam::[0-9]{12}:role/[\w+=,.@/-]{1,512}$`)

// ExternalID is what the trust policy of an organization's role must ask for.
func ExternalID(organization string) string {
	if organization == "" {
		return "gatehouse:" + deploymentPlace
	}
	return "gatehouse:" + organization
}

func newRole(arn string, s Settings, o objects.S3Options, roles roles) (*role, error) {
	if !roleARN.MatchString(arn) {
		return nil, Refuse("role_arn", "A role is named like arn:aws:iam::123456789012:role/name.")
	}
	if o.Endpoint != "" {
		return nil, Refuse("role_arn", "Roles are Amazon's: leave the endpoint empty.")
	}
	return &role{arn: arn, external: ExternalID(s.Organization), region: o.Region, roles: roles}, nil
}

// renewBefore is how long before their end keys are renewed.
const renewBefore = 5 * time.Minute

// store is the bucket, opened with the role's keys.
func (r *role) store(ctx context.Context, o objects.S3Options) (*objects.S3, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.opened != nil && time.Now().Before(r.renewAt) {
		return r.opened, nil
	}
	keys, err := r.take(ctx)
	if err != nil {
		return nil, err
	}
	o.AccessKey, o.SecretKey, o.Token = keys.AccessKeyID, keys.SecretAccessKey, keys.SessionToken
	store, err := objects.OpenS3(o)
	if err != nil {
		return nil, err
	}
	r.opened, r.renewAt = store, keys.Expiration.Add(-renewBefore)
	return store, nil
}

// take asks for the keys, and first without the external id: a role that gives
// them then gives them to every organization of this deployment.
func (r *role) take(ctx context.Context) (credentials.Value, error) {
	_, err := r.roles.assume(ctx, r.arn, "", r.region)
	switch {
	case err == nil:
		return credentials.Value{}, Never("The role can be taken on without an external id, so by everybody. Make its trust policy ask for sts:ExternalId %s.", r.external)
	case !errors.Is(err, errRole):
		return credentials.Value{}, err
	}
	keys, err := r.roles.assume(ctx, r.arn, r.external, r.region)
	if errors.Is(err, errRole) {
		return credentials.Value{}, Never("The role may not be taken on. Its trust policy must let this deployment do so with sts:ExternalId %s.", r.external)
	}
	return keys, err
}

// awsRoles is AWS's Security Token Service.
type awsRoles struct {
	client   *http.Client
	endpoint string // empty: the region's
	own      *credentials.Credentials
}

func (a awsRoles) assume(ctx context.Context, arn, externalID, region string) (credentials.Value, error) {
	own := a.own
	if own == nil {
		own = credentials.NewChainCredentials([]credentials.Provider{&credentials.EnvAWS{}, &credentials.IAM{}})
	}
	mine, err := own.GetWithContext(nil)
	if err != nil || mine.AccessKeyID == "" {
		return credentials.Value{}, Never("This deployment has no identity at Amazon by which it could take on a role. Use an access key.")
	}
	endpoint := a.endpoint
	if endpoint == "" {
		endpoint = "https://sts." + region + ".amazonaws.com"
	}
	provider := &credentials.STSAssumeRole{Client: a.client, STSEndpoint: endpoint, Options: credentials.STSAssumeRoleOptions{
		AccessKey: mine.AccessKeyID, SecretKey: mine.SecretAccessKey, SessionToken: mine.SessionToken, Location: region,
		RoleARN: arn, RoleSessionName: "gatehouse", ExternalID: externalID, DurationSeconds: int(time.Hour / time.Second),
	}}
	keys, err := credentials.New(provider).GetWithContext(&credentials.CredContext{Client: a.client, Context: ctx})
	var refused credentials.ErrorResponse
	if errors.As(err, &refused) && refused.STSError.Code == "AccessDenied" {
		return keys, errRole
	}
	if err != nil {
		return keys, Retry("Amazon did not say whether the role may be taken on.")
	}
	return keys, nil
}
