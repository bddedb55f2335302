//! Who sent a request: what the edge found out before the operation runs.

mod capability;
mod credentials;

use poem::Request;

pub use self::{
    capability::{GivenCapability, HEADER as CAPABILITY_HEADER, PARAMETER as CAPABILITY_PARAMETER},
    credentials::{Basic, Credentials, Presented, presented},
};
use crate::{audit::Trail, problem::Problem, store::Moment};

/// The caller of the request being handled.
#[derive(Clone, Debug)]
pub struct Caller {
    credentials: Credentials,
    capability: GivenCapability,
    trail: Trail,
    address: std::net::IpAddr,
    moment: Moment,
}

impl Caller {
    /// What the edge found out.
    pub fn new(
        credentials: Credentials,
        capability: GivenCapability,
        trail: Trail,
        address: std::net::IpAddr,
        moment: Moment,
    ) -> Self {
        Self { credentials, capability, trail, address, moment }
    }

    /// The caller of `request`.
    ///
    /// # Errors
    /// 500 if the request did not come through the edge: a defect, and refused.
    pub fn of(request: &Request) -> Result<&Self, Problem> {
        request.data().ok_or_else(Problem::internal)
    }

    /// The credentials, judged.
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// The capability, if one was given; not judged yet.
    pub fn capability(&self) -> &GivenCapability {
        &self.capability
    }

    /// The audit of this request.
    pub fn trail(&self) -> &Trail {
        &self.trail
    }

    /// The moment of the data at which the request came.
    pub fn moment(&self) -> Moment {
        self.moment
    }

    /// The client's address.
    pub fn address(&self) -> std::net::IpAddr {
        self.address
    }
}
