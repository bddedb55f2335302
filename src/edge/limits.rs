//! How many requests are heard.

use std::net::IpAddr;

use governor::Quota;

use crate::{
    client_network::ClientNetwork, id::AccountId, limit::Limiter, login::Gates, problem::Problem,
    settings::LimitsSettings,
};

/// The limits of this process: by account, and by address for registrations and for refusals.
pub struct Limits {
    accounts: Limiter<AccountId>,
    registrations: Limiter<ClientNetwork>,
    refusals: Limiter<ClientNetwork>,
    logins: Gates,
}

impl std::fmt::Debug for Limits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Limits")
    }
}

impl Limits {
    /// The limits that the settings say.
    pub fn new(settings: &LimitsSettings) -> Self {
        let registrations = Quota::with_period(settings.registration_refill())
            .unwrap_or(Quota::per_second(settings.registrations_per_address))
            .allow_burst(settings.registrations_per_address);
        let refusals =
            Quota::per_second(settings.refusal_refill_per_second).allow_burst(settings.refusals_per_address);
        Self {
            accounts: Limiter::new(Quota::per_second(settings.account_requests_per_second)),
            registrations: Limiter::new(registrations),
            refusals: Limiter::new(refusals),
            logins: Gates::default(),
        }
    }

    /// Takes a request from an account's allowance.
    ///
    /// # Errors
    /// 429.
    pub fn account(&self, account: AccountId) -> Result<(), Problem> {
        self.accounts
            .check(&account)
            .map_err(|wait| Problem::rate_limited("This account sends too many requests.", wait))
    }

    /// The logins that are being checked.
    pub fn logins(&self) -> &Gates {
        &self.logins
    }

    /// Takes a registration from an address's allowance.
    ///
    /// # Errors
    /// 429.
    pub fn registration(&self, address: IpAddr) -> Result<(), Problem> {
        self.registrations
            .check(&address.into())
            .map_err(|wait| Problem::rate_limited("This address registers too many accounts.", wait))
    }

    /// Takes a refusal, or another request without a session, from an address's allowance.
    ///
    /// # Errors
    /// 429, to be given in place of the refusal.
    pub fn refusal(&self, address: IpAddr) -> Result<(), Problem> {
        self.refusals
            .check(&address.into())
            .map_err(|wait| Problem::rate_limited("This address sends too many bad requests.", wait))
    }
}
