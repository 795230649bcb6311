package objects

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// S3Options say which bucket, and how it is reached.
type S3Options struct {
	Endpoint  string // host and perhaps port, without a scheme; empty: AWS
	Plain     bool   // http, for a store on this machine or in tests
	Region    string
	Bucket    string
	Prefix    string // what all keys begin with, without slashes around it
	AccessKey string // empty: what the machine has (AWS_… variables, its role)
	SecretKey string
	Token     string // of a session, where the keys are temporary

	// Transport sends the requests. Where somebody else chose the address it is
	// a guarded one: (*netguard.Guard).Client(…).Transport.
	Transport http.RoundTripper
	// Attempts of one request; 1 where the caller itself tries again.
	Attempts int
}

// S3 is a bucket.
type S3 struct {
	client *minio.Client
	bucket string
	prefix string
}

const defaultRegion = "us-east-1"

// OpenS3 connects to nothing yet.
func OpenS3(o S3Options) (*S3, error) {
	if o.Endpoint == "" {
		o.Endpoint = "s3.amazonaws.com"
	}
	if o.Region == "" {
		o.Region = defaultRegion // naming one spares the question for the bucket's
	}
	client, err := minio.New(o.Endpoint, &minio.Options{
		Creds: o.credentials(), Secure: !o.Plain, Region: o.Region, Transport: o.Transport, MaxRetries: max(o.Attempts, 1),
		BucketLookup: minio.BucketLookupAuto, // by path, but at those that want the bucket in the host's name
	})
	if err != nil {
		return nil, fmt.Errorf("reading the bucket's address: %w", err)
	}
	return &S3{client: client, bucket: o.Bucket, prefix: o.Prefix}, nil
}

func (o S3Options) credentials() *credentials.Credentials {
	if o.AccessKey != "" {
		return credentials.NewStaticV4(o.AccessKey, o.SecretKey, o.Token)
	}
	return credentials.NewChainCredentials([]credentials.Provider{&credentials.EnvAWS{}, &credentials.IAM{}})
}

// ParseS3 reads https://ACCESS_KEY:SECRET_KEY@HOST/BUCKET[/PREFIX][?region=…]
// (http likewise), or s3://BUCKET[/PREFIX][?region=…], which is AWS's.
func ParseS3(address string) (S3Options, error) {
	u, err := url.Parse(address)
	if err != nil {
		return S3Options{}, errors.New("the bucket's address is not a URL") // what url says repeats the secret
	}
	o := S3Options{Region: u.Query().Get("region"), Plain: u.Scheme == "http"}
	if u.User != nil {
		o.AccessKey = u.User.Username()
		o.SecretKey, _ = u.User.Password()
	}
	place := strings.Trim(u.Path, "/")
	if u.Scheme == "s3" {
		o.Bucket, o.Prefix = u.Host, place
	} else {
		o.Endpoint = u.Host
		o.Bucket, o.Prefix, _ = strings.Cut(place, "/")
	}
	if o.Bucket == "" || (o.AccessKey == "") != (o.SecretKey == "") {
		return S3Options{}, errors.New("the bucket's address must be https://ACCESS_KEY:SECRET_KEY@HOST/BUCKET or s3://BUCKET")
	}
	return o, nil
}

// Put sends one PUT: S3 shows an object only when it has all of it.
func (s *S3) Put(ctx context.Context, o Object) error {
	if err := checkKey(o.Key); err != nil {
		return err
	}
	kind := o.Type
	if kind == "" {
		kind = "application/octet-stream"
	}
	_, err := s.client.PutObject(ctx, s.bucket, s.key(o.Key), bytes.NewReader(o.Body), int64(len(o.Body)),
		minio.PutObjectOptions{ContentType: kind, ContentEncoding: o.Encoding, DisableMultipart: true})
	if err != nil {
		return fmt.Errorf("writing %s: %w", o.Key, err)
	}
	return nil
}

// Get asks for the object.
func (s *S3) Get(ctx context.Context, key string) (io.ReadCloser, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	core := minio.Core{Client: s.client}
	body, _, _, err := core.GetObject(ctx, s.bucket, s.key(key), minio.GetObjectOptions{})
	if missing(err) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", key, err)
	}
	return body, nil
}

// List asks for the keys, page by page.
func (s *S3) List(ctx context.Context, prefix string) ([]string, error) {
	if err := checkKey(strings.TrimSuffix(prefix, "/")); err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(ctx) // ends the listing behind the channel where we leave early
	defer stop()
	var keys []string
	for o := range s.client.ListObjects(ctx, s.bucket, minio.ListObjectsOptions{Prefix: s.key(strings.TrimSuffix(prefix, "/")) + "/", Recursive: true}) {
		if o.Err != nil {
			return nil, fmt.Errorf("listing %s: %w", prefix, o.Err)
		}
		keys = append(keys, strings.TrimPrefix(strings.TrimPrefix(o.Key, s.prefix), "/"))
	}
	return keys, nil
}

// Delete removes the object.
func (s *S3) Delete(ctx context.Context, key string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	err := s.client.RemoveObject(ctx, s.bucket, s.key(key), minio.RemoveObjectOptions{})
	if err != nil && !missing(err) {
		return fmt.Errorf("removing %s: %w", key, err)
	}
	return nil
}

// Refusal is the code by which the store refused a request, such as
// AccessDenied; empty where err is something else.
func Refusal(err error) (code string, status int) {
	var answer minio.ErrorResponse
	if errors.As(err, &answer) {
		return answer.Code, answer.StatusCode
	}
	return "", 0
}

func (s *S3) key(key string) string { return path.Join(s.prefix, key) }

func missing(err error) bool {
	code, _ := Refusal(err)
	return code == minio.NoSuchKey
}
