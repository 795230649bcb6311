package sink

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"
)

// kafkaKind produces a record for each entry. The record's key is the
// organization, so that all of an organization's entries are in one partition
// and in their order.
var kafkaKind = Kind{
	Name: "kafka", Title: "Apache Kafka",
	Fields: []Field{
		{Name: "brokers", Label: "Brokers", Help: "Hosts with their ports and commas between them, such as b1.example.com:9093,b2.example.com:9093.", Required: true, Address: true},
		{Name: "topic", Label: "Topic", Help: "It must exist.", Required: true},
		{Name: "sasl", Label: "Sign-in", Options: []string{"none", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"}, Default: "none", Address: true},
		{Name: "username", Label: "User name"},
		{Name: "password", Label: "Password", Secret: true},
		{Name: "tls", Label: "TLS", Options: []string{"on", "off"}, Default: "on", Address: true},
		{Name: "ca_certificate", Label: "CA certificate", Help: "PEM, where the brokers' certificates are not of a public authority.", Long: true, Address: true},
		{Name: "compression", Label: "Compression", Options: []string{"zstd", "lz4", "gzip", "none"}, Default: "zstd"},
	},
	Open: openKafka,
}

var kafkaTopic = regexp.MustCompile(`^[a-zA-Z0-9._-]{1,249}$`)

const maxBrokers = 20

// kafkaRecordBytes is the largest record that brokers take as they come.
const kafkaRecordBytes = 1_000_000

// kafkaTime is how long a batch is tried before the stream's own pauses begin.
const kafkaTime = 30 * time.Second

func openKafka(s Settings, d Dial) (Sink, error) {
	brokers, err := kafkaBrokers(s, d)
	if err != nil {
		return nil, err
	}
	if !kafkaTopic.MatchString(s.Get("topic")) {
		return nil, Refuse("topic", "A topic's name has letters, digits, dots, hyphens and underscores.")
	}
	dial, err := kafkaDial(s, d)
	if err != nil {
		return nil, err
	}
	options := []kgo.Opt{
		kgo.SeedBrokers(brokers...), kgo.DefaultProduceTopic(s.Get("topic")), kgo.ClientID("gatehouse"), kgo.Dialer(dial),
		kgo.RequiredAcks(kgo.AllISRAcks()), kgo.ProducerBatchCompression(kafkaCompression(s)), kgo.ProducerBatchMaxBytes(kafkaRecordBytes),
		kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)),            // as Kafka's own producers partition by key
		kgo.BrokerMaxReadBytes(maxAnswer), kgo.FetchMaxBytes(maxAnswer), // an answer is read whole: 100 MB by default
		kgo.UnknownTopicRetries(1), kgo.RetryTimeout(kafkaTime), kgo.ProducerLinger(0),
	}
	signIn, err := kafkaSASL(s)
	if err != nil {
		return nil, err
	}
	if signIn != nil {
		options = append(options, kgo.SASL(signIn))
	}
	client, err := kgo.NewClient(options...)
	if err != nil {
		return nil, Refuse("brokers", "Those settings do not go together.")
	}
	return &kafkaSink{client: client}, nil
}

// kafkaBrokers are the brokers that are asked first; they name the others,
// which are looked at when they are connected to, like these.
func kafkaBrokers(s Settings, d Dial) ([]string, error) {
	list := strings.FieldsFunc(s.Get("brokers"), func(r rune) bool { return r == ',' || r == ' ' })
	if len(list) == 0 || len(list) > maxBrokers {
		return nil, Refuse("brokers", "Name one to 20 brokers.")
	}
	for _, b := range list {
		host, port, err := net.SplitHostPort(b)
		number, wrong := strconv.Atoi(port)
		if err != nil || wrong != nil || number < 1 || number > 65535 || host == "" {
			return nil, Refuse("brokers", "A broker is a host with its port, such as b1.example.com:9093.")
		}
		if _, err := d.Guard.CheckURL("https://" + b); err != nil {
			return nil, err
		}
		if !s.On("tls") && !d.Guard.Private(host) {
			return nil, Refuse("tls", "Entries and the password would cross the internet in the clear: leave TLS on.")
		}
	}
	return list, nil
}

func kafkaDial(s Settings, d Dial) (func(context.Context, string, string) (net.Conn, error), error) {
	if !s.On("tls") {
		return d.Connect, nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if pem := s.Get("ca_certificate"); pem != "" {
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM([]byte(pem)) {
			return nil, Refuse("ca_certificate", "That is no certificate in PEM.")
		}
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		plain, err := d.Connect(ctx, network, address)
		if err != nil {
			return nil, err
		}
		mine := config.Clone()
		mine.ServerName, _, _ = net.SplitHostPort(address)
		secure := tls.Client(plain, mine)
		if err := secure.HandshakeContext(ctx); err != nil {
			_ = plain.Close()
			return nil, err
		}
		return secure, nil
	}, nil
}

func kafkaSASL(s Settings) (sasl.Mechanism, error) {
	user, password := s.Get("username"), s.Get("password")
	if s.Get("sasl") == "none" {
		return nil, nil
	}
	if user == "" || password == "" {
		return nil, Refuse("username", "Signing in takes a user name and a password.")
	}
	switch s.Get("sasl") {
	case "SCRAM-SHA-256":
		return scram.Auth{User: user, Pass: password}.AsSha256Mechanism(), nil
	case "SCRAM-SHA-512":
		return scram.Auth{User: user, Pass: password}.AsSha512Mechanism(), nil
	}
	return plain.Auth{User: user, Pass: password}.AsMechanism(), nil
}

func kafkaCompression(s Settings) kgo.CompressionCodec {
	switch s.Get("compression") {
	case "zstd":
		return kgo.ZstdCompression()
	case "lz4":
		return kgo.Lz4Compression()
	case "gzip":
		return kgo.GzipCompression()
	}
	return kgo.NoCompression()
}

type kafkaSink struct {
	client *kgo.Client
	well   bool // the last batch was taken
}

// Send produces the batch and waits for all replicas of each partition. The
// producer is idempotent: what it repeats by itself stands once, and in order.
func (s *kafkaSink) Send(ctx context.Context, b Batch) error {
	records := make([]*kgo.Record, len(b.Entries))
	for i, e := range b.Entries {
		// Asked before anything goes: a record that the client refuses by itself
		// would be overtaken by those behind it.
		if len(e.Line) > kafkaRecordBytes-4096 {
			return Never("Entry %d is larger than a record may be.", e.Position)
		}
		// Brokers may refuse, and expire, records whose time is far from theirs.
		recorded, err := e.recordedAt()
		if err != nil {
			return err
		}
		key := e.Organization
		if key == "" {
			key = deploymentPlace
		}
		records[i] = &kgo.Record{Key: []byte(key), Value: e.Line, Timestamp: recorded, Headers: []kgo.RecordHeader{
			{Key: "id", Value: []byte(e.ID)}, {Key: "type", Value: []byte(e.Type)},
			{Key: "sequence", Value: strconv.AppendInt(nil, e.Sequence, 10)}, {Key: "position", Value: strconv.AppendInt(nil, e.Position, 10)},
		}}
	}
	ctx, cancel := context.WithTimeout(ctx, kafkaTime)
	defer cancel()
	if !s.well { // the producer would try a refused sign-in again until its time is up, and not say why
		if err := s.client.Ping(ctx); err != nil {
			return kafkaFailure(err)
		}
	}
	err := s.client.ProduceSync(ctx, records...).FirstErr()
	s.well = err == nil
	return kafkaFailure(err)
}

// kafkaFailure says what whoever set the stream up can do something about.
func kafkaFailure(err error) error {
	var broker *kerr.Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, kerr.UnknownTopicOrPartition):
		return Never("There is no topic of that name.")
	case errors.Is(err, kerr.TopicAuthorizationFailed), errors.Is(err, kerr.ClusterAuthorizationFailed):
		return Never("The brokers refused the records: this user may not write to the topic.")
	case errors.Is(err, kerr.SaslAuthenticationFailed), errors.Is(err, kerr.UnsupportedSaslMechanism):
		return Never("The brokers refused the sign-in.")
	case errors.Is(err, kerr.MessageTooLarge), errors.Is(err, kerr.RecordListTooLarge):
		return &Failure{Message: "The brokers say that the batch is too large.", Refused: true, TooLarge: true}
	case errors.As(err, &broker):
		if broker.Retriable {
			return Retry("The brokers answered %s.", broker.Message)
		}
		return Never("The brokers answered %s.", broker.Message)
	case errors.Is(err, context.DeadlineExceeded):
		return Retry("The brokers did not take the records in time.")
	}
	return FailureOf(err)
}

func (s *kafkaSink) Close() error {
	s.client.Close()
	return nil
}
