//! What the device is to an authorization server: a resource server, a client, or several of each
//! ([RFC 6749 §1.1, §2](https://www.rfc-editor.org/rfc/rfc6749#section-1.1)).

use crate::{client::Client, scope::Scope};

/// One application of the device, as it is known at one authorization server.
///
/// It borrows all it holds, so a device's applications can be `static`. Tokens are kept by its name, which no other
/// application of the device may have. How the server's certificate is judged belongs to it as well, and lies where TLS is
/// known: `TlsSettings` of `bearward-net`.
///
/// ```
/// use bearward_core::{Application, ApplicationKind, Client};
///
/// static APPLICATIONS: [Application<'_>; 2] = [
///     Application::resource_server("valve", "https://authority.example", Client::secret_basic("valve", "gX1fBat3bV")),
///     Application::client("weather", "https://weather.example", Client::secret_basic("valve-7", "7Fjfp0ZBr1KtDRbnfVdmIw"))
///         .with_scope("forecast:read")
///         .with_resource("https://api.weather.example"),
/// ];
///
/// let weather = Application::find(&APPLICATIONS, "weather").unwrap();
/// assert_eq!(weather.kind(), ApplicationKind::Client);
/// assert_eq!(weather.resource(), Some("https://api.weather.example"));
/// assert!(!format!("{APPLICATIONS:?}").contains("gX1fBat3bV"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Application<'a> {
    name: &'a str,
    kind: ApplicationKind,
    issuer: &'a str,
    client: Client<'a>,
    scope: &'a str,
    resource: Option<&'a str>,
}

/// What an application does with tokens (RFC 6749 §1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ApplicationKind {
    /// It guards something: tokens are brought to it.
    ResourceServer,
    /// It calls others with tokens of its own.
    Client,
}

impl<'a> Application<'a> {
    /// An application that guards something. It is a client of the authorization server to ask about tokens
    /// (RFC 7662 §2.1).
    #[must_use]
    pub const fn resource_server(name: &'a str, issuer: &'a str, client: Client<'a>) -> Self {
        Self { name, kind: ApplicationKind::ResourceServer, issuer, client, scope: "", resource: None }
    }

    /// An application that gets tokens of its own and calls others with them.
    #[must_use]
    pub const fn client(name: &'a str, issuer: &'a str, client: Client<'a>) -> Self {
        Self { name, kind: ApplicationKind::Client, issuer, client, scope: "", resource: None }
    }

    /// The scope, tokens separated by spaces (RFC 6749 §3.3): what a client asks for, or what a resource server knows.
    #[must_use]
    pub const fn with_scope(self, scope: &'a str) -> Self {
        Self { scope, ..self }
    }

    /// The resource that the tokens are for (RFC 8707 §2): the one that a client calls, or the one that a resource server
    /// is.
    #[must_use]
    pub const fn with_resource(self, resource: &'a str) -> Self {
        Self { resource: Some(resource), ..self }
    }

    /// Another client at the same authorization server, such as one that was just registered there.
    #[must_use]
    pub const fn with_client(self, client: Client<'a>) -> Self {
        Self { client, ..self }
    }

    /// The name on this device.
    #[must_use]
    pub const fn name(&self) -> &'a str {
        self.name
    }

    /// What it does with tokens.
    #[must_use]
    pub const fn kind(&self) -> ApplicationKind {
        self.kind
    }

    /// The issuer identifier of the authorization server (RFC 8414 §2).
    #[must_use]
    pub const fn issuer(&self) -> &'a str {
        self.issuer
    }

    /// Who it is there, and how that is proved.
    #[must_use]
    pub const fn credentials(&self) -> Client<'a> {
        self.client
    }

    /// The scope; none unless [`with_scope`](Self::with_scope) says otherwise.
    #[must_use]
    pub const fn scope(&self) -> Scope<'a> {
        Scope::new(self.scope)
    }

    /// The scope as it goes into a request.
    #[must_use]
    pub const fn scope_list(&self) -> &'a str {
        self.scope
    }

    /// The resource that the tokens are for, if it was said.
    #[must_use]
    pub const fn resource(&self) -> Option<&'a str> {
        self.resource
    }

    /// The application with this name, among those of a device. Names are compared byte for byte.
    #[must_use]
    pub fn find<'l>(applications: &'l [Self], name: &str) -> Option<&'l Self> {
        applications.iter().find(|application| application.name == name)
    }
}

#[cfg(test)]
mod tests {
    use std::format;

    use super::{Application, ApplicationKind};
    use crate::client::Client;

    static DEVICE: [Application<'_>; 3] = [
        Application::resource_server("valve", "https://as.example", Client::secret_basic("v", "s3cret")),
        Application::client("valve-upstream", "https://as.example", Client::none("u")).with_scope("a b"),
        Application::client("weather", "https://other.example", Client::none("w")).with_resource("https://api.example"),
    ];

    #[test]
    fn an_application_is_found_by_its_whole_name() {
        for application in &DEVICE {
            let found = Application::find(&DEVICE, application.name()).unwrap();
            assert_eq!(found.credentials().id(), application.credentials().id());
        }
        for name in ["", "Valve", "valve-", "wea", "weather "] {
            assert!(Application::find(&DEVICE, name).is_none(), "{name}");
        }
    }

    #[test]
    fn it_is_what_it_was_made_as() {
        let [valve, upstream, weather] = &DEVICE;
        assert_eq!((valve.kind(), upstream.kind()), (ApplicationKind::ResourceServer, ApplicationKind::Client));
        assert_eq!((valve.issuer(), weather.issuer()), ("https://as.example", "https://other.example"));
        assert_eq!((valve.scope_list(), upstream.scope_list()), ("", "a b"));
        assert!(upstream.scope().contains("b") && !valve.scope().contains("b"));
        assert_eq!((upstream.resource(), weather.resource()), (None, Some("https://api.example")));
        assert_eq!(upstream.with_client(Client::none("new")).credentials().id(), "new");
        assert!(!format!("{DEVICE:?}").contains("s3cret"));
    }
}
