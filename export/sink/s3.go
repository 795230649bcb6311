package sink

import (
	"context"
	"net/http"
	"regexp"
	"strings"

	"gatehouse/internal/objects"
)

// s3Kind writes objects into a bucket that speaks S3.
var s3Kind = Kind{
	Name: "s3", Title: "Amazon S3",
	Fields: []Field{
		{Name: "bucket", Label: "Bucket", Required: true, Address: true},
		{Name: "region", Label: "Region", Help: "Such as eu-central-1.", Required: true, Default: "us-east-1"},
		{Name: "endpoint", Label: "Endpoint", Help: "The address of another store that speaks S3. Empty: Amazon's.", Address: true},
		prefixField,
		{Name: "access_key_id", Label: "Access key id", Help: "Of a user who may write below the prefix and nothing else. Or name a role."},
		{Name: "secret_access_key", Label: "Secret access key", Secret: true},
		{Name: "role_arn", Label: "Role", Help: "The ARN of a role in your account that Gatehouse takes on. Its trust policy must ask for the sts:ExternalId that is gatehouse: and the organization's id (gatehouse:deployment for a stream of all).", Address: true},
	},
	Open: func(s Settings, d Dial) (Sink, error) { return openS3(s, d, awsRoles{client: d.HTTP()}) },
}

var (
	bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	regionName = regexp.MustCompile(`^[a-z0-9-]{1,40}$`)
)

// openS3 reads the settings. What the machine itself may do at AWS is nobody's
// to use but through a role that names the stream's organization: an
// organization that could name a bucket alone would write with the deployment's
// rights, into another one's (X13).
func openS3(s Settings, d Dial, roles roles) (Sink, error) {
	if !bucketName.MatchString(s.Get("bucket")) {
		return nil, Refuse("bucket", "A bucket's name has 3 to 63 small letters, digits, dots and hyphens.")
	}
	if !regionName.MatchString(s.Get("region")) {
		return nil, Refuse("region", "A region is a name such as eu-central-1.")
	}
	prefix, err := prefixOf(s)
	if err != nil {
		return nil, err
	}
	client := d.HTTP()
	o := objects.S3Options{Bucket: s.Get("bucket"), Region: s.Get("region"), AccessKey: s.Get("access_key_id"), SecretKey: s.Get("secret_access_key"),
		Transport: client.Transport, Attempts: 1}
	if address := s.Get("endpoint"); address != "" {
		u, err := d.URL("endpoint", address)
		if err != nil {
			return nil, err
		}
		if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
			return nil, Refuse("endpoint", "Give the store's address alone; the bucket has a field of its own.")
		}
		o.Endpoint, o.Plain = u.Host, u.Scheme == "http"
	}
	b := &s3Bucket{options: o, client: client}
	role := s.Get("role_arn")
	switch {
	case role != "" && o.AccessKey != "":
		return nil, Refuse("role_arn", "Give an access key or a role, not both.")
	case role != "":
		if b.role, err = newRole(role, s, o, roles); err != nil {
			return nil, err
		}
	case o.AccessKey == "" || o.SecretKey == "":
		return nil, Refuse("access_key_id", "Give an access key id with its secret, or a role.")
	default:
		if b.store, err = objects.OpenS3(o); err != nil {
			return nil, Refuse("endpoint", "That is not the address of a store.")
		}
	}
	return &objectSink{b, prefix}, nil
}

type s3Bucket struct {
	options objects.S3Options
	client  *http.Client
	role    *role       // or
	store   *objects.S3 // where the options have keys
}

func (b *s3Bucket) put(ctx context.Context, key string, body []byte) error {
	store, err := b.open(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, storeTime)
	defer cancel()
	return s3Failure(store.Put(ctx, objects.Object{Key: key, Body: body, Type: objectType}))
}

// open is the store, with a role's keys where there is one.
func (b *s3Bucket) open(ctx context.Context) (*objects.S3, error) {
	if b.role != nil {
		return b.role.store(ctx, b.options)
	}
	return b.store, nil
}

func (b *s3Bucket) Close() error {
	b.client.CloseIdleConnections()
	return nil
}

// s3Failure is what a store's refusal means for the stream.
func s3Failure(err error) error {
	code, status := objects.Refusal(err)
	switch {
	case err == nil:
		return nil
	case code == "":
		return FailureOf(err)
	case status >= 500 || status == http.StatusTooManyRequests || code == "SlowDown" || code == "RequestTimeout":
		return Retry("The store answered %d.", status)
	case refusedWords[code] != "":
		return Never("%s", refusedWords[code])
	}
	return Never("The store refused the object: %d.", status)
}

// refusedWords are S3's codes that whoever set the stream up can do something about.
var refusedWords = map[string]string{
	"AccessDenied":                 "The store refused the object: these keys may not write there.",
	"NoSuchBucket":                 "There is no bucket of that name.",
	"InvalidAccessKeyId":           "The store does not know that access key id.",
	"SignatureDoesNotMatch":        "The store says that the secret access key is another one.",
	"PermanentRedirect":            "The bucket is in another region.",
	"AuthorizationHeaderMalformed": "The bucket is in another region.",
	"XAdminUserNotFound":           "The store does not know that access key id.", // versitygw's word
	"ExpiredToken":                 "The keys have expired.",
}
