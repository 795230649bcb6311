package id

// One type for each kind of resource. The prefix is what Prefix returns.
type (
	Organization       string
	OrganizationDomain string
	User               string
	Membership         string
	Invitation         string
	Role               string
	Permission         string
	BrowserSession     string
	Session            string
	Client             string
	ClientSecret       string
	RedirectURI        string
	Authorization      string
	Grant              string
	RefreshToken       string
	SigningKey         string
	Attempt            string
	APIKey             string
	Event              string
	DataKey            string
	Connection         string
	Directory          string
	Deployment         string
	Identity           string
	EmailProof         string
	MagicAuth          string
	EmailVerification  string
	PasswordReset      string
	Factor             string
	Challenge          string
	RecoveryCode       string
	Passkey            string
	Ceremony           string
	SocialProvider     string
	SocialRequest      string
	DeviceGrant        string
	Mail               string
	Puzzle             string
	ConnectionDomain   string
	Configuration      string
	ConnectionKey      string
	Certificate        string
	Seen               string
	SSORequest         string
	SSOAttempt         string
	Profile            string
	SSOSession         string
	SSOToken           string
	PortalLink         string
	PortalSession      string
	DirectoryToken     string
	DirectoryUser      string
	DirectoryGroup     string
	DirectoryCount     string
	DirectoryEmail     string
	RoleMapping        string
	Departure          string
	SCIMRequest        string
	AuditKey           string
	AuditHead          string
	Checkpoint         string
	Expiry             string
	AuditSchema        string
	Repeat             string
	AuditExport        string
	AuditView          string
	Cursor             string
	Endpoint           string
	Delivery           string
	DeliveryAttempt    string
	Stream             string
)

func (Organization) Prefix() string       { return "org_" }
func (OrganizationDomain) Prefix() string { return "org_domain_" }
func (User) Prefix() string               { return "user_" }
func (Membership) Prefix() string         { return "om_" }
func (Invitation) Prefix() string         { return "invitation_" }
func (Role) Prefix() string               { return "role_" }
func (Permission) Prefix() string         { return "perm_" }
func (BrowserSession) Prefix() string     { return "bsession_" }
func (Session) Prefix() string            { return "session_" }
func (Client) Prefix() string             { return "client_" }
func (ClientSecret) Prefix() string       { return "client_secret_" }
func (RedirectURI) Prefix() string        { return "redir_" }
func (Authorization) Prefix() string      { return "authz_" }
func (Grant) Prefix() string              { return "grant_" }
func (RefreshToken) Prefix() string       { return "rt_" }
func (SigningKey) Prefix() string         { return "key_" }
func (Attempt) Prefix() string            { return "attempt_" }
func (APIKey) Prefix() string             { return "api_key_" }
func (Event) Prefix() string              { return "event_" }
func (DataKey) Prefix() string            { return "dk_" }
func (Connection) Prefix() string         { return "conn_" }
func (Directory) Prefix() string          { return "directory_" }
func (Deployment) Prefix() string         { return "deployment_" }
func (Identity) Prefix() string           { return "identity_" }
func (EmailProof) Prefix() string         { return "email_proof_" }
func (Factor) Prefix() string             { return "auth_factor_" }
func (Challenge) Prefix() string          { return "auth_challenge_" }
func (RecoveryCode) Prefix() string       { return "recovery_code_" }
func (Passkey) Prefix() string            { return "passkey_" }
func (Ceremony) Prefix() string           { return "ceremony_" }
func (SocialProvider) Prefix() string     { return "social_provider_" }
func (SocialRequest) Prefix() string      { return "social_request_" }
func (DeviceGrant) Prefix() string        { return "device_" }
func (Mail) Prefix() string               { return "mail_" }
func (Puzzle) Prefix() string             { return "puzzle_" }
func (MagicAuth) Prefix() string          { return "magic_auth_" }
func (EmailVerification) Prefix() string  { return "email_verification_" }
func (PasswordReset) Prefix() string      { return "password_reset_" }
func (ConnectionDomain) Prefix() string   { return "conn_domain_" }
func (Configuration) Prefix() string      { return "conn_config_" }
func (ConnectionKey) Prefix() string      { return "conn_key_" }
func (Certificate) Prefix() string        { return "conn_cert_" }
func (Seen) Prefix() string               { return "seen_" }
func (SSORequest) Prefix() string         { return "sso_request_" }
func (SSOAttempt) Prefix() string         { return "sso_attempt_" }
func (Profile) Prefix() string            { return "prof_" }
func (SSOSession) Prefix() string         { return "sso_session_" }
func (SSOToken) Prefix() string           { return "sso_token_" }
func (PortalLink) Prefix() string         { return "portal_link_" }
func (PortalSession) Prefix() string      { return "portal_session_" }
func (DirectoryToken) Prefix() string     { return "directory_token_" }
func (DirectoryUser) Prefix() string      { return "directory_user_" }
func (DirectoryGroup) Prefix() string     { return "directory_group_" }
func (DirectoryCount) Prefix() string     { return "directory_count_" }
func (DirectoryEmail) Prefix() string     { return "directory_email_" }
func (RoleMapping) Prefix() string        { return "role_mapping_" }
func (Departure) Prefix() string          { return "departure_" }
func (SCIMRequest) Prefix() string        { return "scim_request_" }
func (AuditKey) Prefix() string           { return "audit_key_" }
func (AuditHead) Prefix() string          { return "" }
func (Checkpoint) Prefix() string         { return "checkpoint_" }
func (Expiry) Prefix() string             { return "expiry_" }
func (AuditSchema) Prefix() string        { return "audit_schema_" }
func (Repeat) Prefix() string             { return "repeat_" }
func (AuditExport) Prefix() string        { return "audit_log_export_" }
func (AuditView) Prefix() string          { return "audit_log_view_" }
func (Cursor) Prefix() string             { return "" }
func (Endpoint) Prefix() string           { return "we_" }
func (Delivery) Prefix() string           { return "delivery_" }
func (DeliveryAttempt) Prefix() string    { return "delivery_attempt_" }
func (Stream) Prefix() string             { return "log_stream_" }
