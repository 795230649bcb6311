package sink

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"gatehouse/internal/id"
)

// Kafka is spoken to kfake, the brokers that franz-go tests itself with: no
// other broker can be had here.
func brokers(t *testing.T, more ...kfake.Opt) *kfake.Cluster {
	t.Helper()
	c, err := kfake.NewCluster(append([]kfake.Opt{kfake.NumBrokers(3), kfake.SeedTopics(6, "audit")}, more...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func kafkaAt(t *testing.T, c *kfake.Cluster, more ...string) Sink {
	t.Helper()
	values := map[string]string{"brokers": strings.Join(c.ListenAddrs(), ","), "topic": "audit", "tls": "off"}
	for i := 0; i+1 < len(more); i += 2 {
		values[more[i]] = more[i+1]
	}
	values, err := kafkaKind.Complete(values, true)
	if err != nil {
		t.Fatal(err)
	}
	s, err := kafkaKind.Open(Settings{Values: values}, local())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// consumed reads n records from the beginning.
func consumed(t *testing.T, c *kfake.Cluster, n int) []*kgo.Record {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...), kgo.ConsumeTopics("audit"), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var out []*kgo.Record
	for len(out) < n {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			t.Fatalf("%d of %d records: %v", len(out), n, err)
		}
		out = append(out, fetches.Records()...)
	}
	return out
}

func fiveHundred() (b Batch) {
	for i := range int64(500) {
		b.Entries = append(b.Entries, entry(i+1, fmt.Sprintf("org_%d", i%7), hour))
	}
	return b
}

// A consumer that reads an organization's entries out of their order sees a
// session that ends before it begins.
func TestARecordForEachEntryInTheOrderOfItsOrganization(t *testing.T) {
	for _, compression := range []string{"zstd", "lz4", "gzip", "none"} {
		c := brokers(t)
		b := fiveHundred()
		if err := kafkaAt(t, c, "compression", compression).Send(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		last, partition := map[string]string{}, map[string]int32{}
		for _, r := range consumed(t, c, 500) {
			org, sequence := string(r.Key), fmt.Sprintf("%09s", r.Headers[2].Value)
			if before, seen := partition[org]; seen && before != r.Partition || last[org] >= sequence {
				t.Fatalf("%s of %s in partition %d after %s in %d", sequence, org, r.Partition, last[org], before)
			}
			last[org], partition[org] = sequence, r.Partition
			if !strings.Contains(string(r.Value), string(r.Headers[0].Value)) || !r.Timestamp.Equal(hour) || string(r.Headers[1].Value) != "user.created" {
				t.Errorf("record %s at %s: %s", r.Headers[0].Value, r.Timestamp, r.Value)
			}
		}
	}
}

// Brokers that lose their leader for a moment must cost neither an entry nor
// the order, nor write any twice.
func TestBrokersThatFailForAMomentGetEachEntryOnce(t *testing.T) {
	c := brokers(t)
	failures := 0
	c.ControlKey(int16(kmsg.Produce), func(r kmsg.Request) (kmsg.Response, error, bool) {
		if failures++; failures > 5 {
			return nil, nil, false
		}
		c.KeepControl()
		if failures%2 == 0 {
			return nil, errors.New("the connection goes"), true
		}
		request := r.(*kmsg.ProduceRequest)
		answer := request.ResponseKind().(*kmsg.ProduceResponse)
		for _, topic := range request.Topics {
			at := kmsg.NewProduceResponseTopic()
			at.Topic, at.TopicID = topic.Topic, topic.TopicID
			for _, p := range topic.Partitions {
				one := kmsg.NewProduceResponseTopicPartition()
				one.Partition, one.ErrorCode = p.Partition, kerr.NotLeaderForPartition.Code
				at.Partitions = append(at.Partitions, one)
			}
			answer.Topics = append(answer.Topics, at)
		}
		return answer, nil, true
	})
	if err := kafkaAt(t, c).Send(t.Context(), fiveHundred()); err != nil {
		t.Fatal(err)
	}
	if failures < 5 {
		t.Errorf("%d failures only", failures)
	}
	seen := map[string]bool{}
	for _, r := range consumed(t, c, 500) {
		if key := string(r.Headers[3].Value); seen[key] {
			t.Errorf("%s stands twice", key)
		} else {
			seen[key] = true
		}
	}
}

// What somebody can mend must be said as that, and must not look like brokers
// that are away.
func TestBrokersRefusalsAreSaidInWords(t *testing.T) {
	open := brokers(t)
	guarded := brokers(t, kfake.EnableSASL(), kfake.Superuser("SCRAM-SHA-256", "gatehouse", "right"))
	one := Batch{[]Entry{entry(1, "org_A", hour)}}
	right := []string{"sasl", "SCRAM-SHA-256", "username", "gatehouse", "password", "right"}
	if err := kafkaAt(t, guarded, right...).Send(t.Context(), one); err != nil {
		t.Error(err)
	}
	refuse := func(what string, s Sink, words string) {
		err := s.Send(t.Context(), one)
		if f := FailureOf(err); err == nil || !f.Refused || !strings.Contains(f.Message, words) {
			t.Errorf("%s: %v", what, err)
		}
	}
	refuse("no topic", kafkaAt(t, open, "topic", "nowhere"), "no topic")
	// kfake hangs up on a wrong password; brokers say what is wrong (KIP-152).
	guarded.ControlKey(int16(kmsg.SASLAuthenticate), func(r kmsg.Request) (kmsg.Response, error, bool) {
		guarded.KeepControl()
		answer := r.ResponseKind().(*kmsg.SASLAuthenticateResponse)
		answer.ErrorCode = kerr.SaslAuthenticationFailed.Code
		return answer, nil, true
	})
	refuse("wrong password", kafkaAt(t, guarded, right...), "refused the sign-in")
	if err := kafkaAt(t, guarded).Send(t.Context(), one); err == nil || FailureOf(err).Refused {
		t.Errorf("without a sign-in: %v", err)
	}
}

// Entries must not go to whoever answers at a broker's address.
func TestBrokersProveThemselves(t *testing.T) {
	other := httptest.NewTLSServer(nil) // has a certificate for 127.0.0.1
	t.Cleanup(other.Close)
	c := brokers(t, kfake.TLS(&tls.Config{Certificates: other.TLS.Certificates}))
	one := Batch{[]Entry{entry(1, "org_A", hour)}}
	authority := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: other.Certificate().Raw}))
	if err := kafkaAt(t, c, "tls", "on", "ca_certificate", authority).Send(t.Context(), one); err != nil {
		t.Error(err)
	}
	if err := kafkaAt(t, c, "tls", "on").Send(t.Context(), one); err == nil || !strings.Contains(FailureOf(err).Message, "certificate") {
		t.Errorf("with a certificate of nobody's: %v", err)
	}
}

// A broker names the others by addresses of its choice: X2 holds for those too.
func TestBrokersCannotLeadIntoTheDeploymentsNetwork(t *testing.T) {
	for what, more := range map[string][]string{
		"private":      {"brokers", "10.0.0.1:9092"},
		"local":        {"brokers", "localhost:9092"},
		"metadata":     {"brokers", "b1.example.com:9093,169.254.169.254:80"},
		"in the clear": {"brokers", "b1.example.com:9092", "tls", "off"},
		"no port":      {"brokers", "b1.example.com"},
		"topic":        {"topic", "a/b"},
		"no password":  {"sasl", "PLAIN", "username", "u"},
		"certificate":  {"ca_certificate", "none"},
	} {
		values := map[string]string{"brokers": "b1.example.com:9093", "topic": "audit", "tls": "on", "sasl": "none"}
		for i := 0; i+1 < len(more); i += 2 {
			values[more[i]] = more[i+1]
		}
		if s, err := kafkaKind.Open(Settings{Values: values}, strict()); err == nil {
			t.Errorf("%s: opened", what)
			_ = s.Close()
		}
	}
}

// A broker that announces an answer of 90 MB must not have it kept in memory.
func TestAKafkaAnswerIsBounded(t *testing.T) {
	broker, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer broker.Close()
	left := make(chan error, 100)
	go func() {
		for {
			conn, err := broker.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				if _, err := conn.Read(make([]byte, 4096)); err != nil {
					return
				}
				_, _ = conn.Write([]byte{0x05, 0xa0, 0, 0}) // 90 MB follow
				_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
				_, err := io.Copy(io.Discard, conn)
				left <- err
			}()
		}
	}()
	values, err := kafkaKind.Complete(map[string]string{"brokers": broker.Addr().String(), "topic": "audit", "tls": "off"}, true)
	if err != nil {
		t.Fatal(err)
	}
	s, err := kafkaKind.Open(Settings{Values: values}, local())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	go func() { _ = s.Send(ctx, Batch{Entries: []Entry{{ID: string(id.New[id.Event]()), Line: []byte("{}")}}}) }()
	if err := <-left; err != nil {
		t.Errorf("the client waits for it: %v", err)
	}
}
