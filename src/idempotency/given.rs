//! The key as an argument of an operation.

use std::fmt;

use bytes::Bytes;
use poem::{Body, Request, RequestBody, Result};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions,
    registry::{MetaParamIn, MetaSchemaRef},
};

use super::{Occasion, header, recall::recall, record::Named};
use crate::{audit::Effect, board::Board, problem::Problem};

/// The key that came with a request, or none. It stands before the body among an operation's arguments.
pub struct IdempotencyKey {
    board: Board,
    given: Option<Given>,
}

struct Given {
    key: String,
    body: Bytes,
}

impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdempotencyKey")
    }
}

impl IdempotencyKey {
    /// The occasion of what `effect` is about to do. If it is not the [first](Occasion::is_first), nothing is to be
    /// written; if it is, that is recorded, and commits or is undone with the effect.
    ///
    /// # Errors
    /// 422 if the key came with another body before, 503 if the store cannot be used.
    pub async fn occasion(&self, effect: &Effect) -> Result<Occasion, Problem> {
        let board = &self.board;
        let (now, signing) = (board.clock().now(), board.capability_ring());
        let Some(Given { key, body }) = &self.given else {
            return Ok(Occasion::new(now, board.random().clone(), signing));
        };
        let named = Named { ring: board.idempotency_ring(), request: effect.request(), key };
        recall(effect.db(), &named, body, now, signing).await
    }
}

impl<'a> ApiExtractor<'a> for IdempotencyKey {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::Parameter];
    const PARAM_IS_REQUIRED: bool = false;

    type ParamType = String;
    type ParamRawType = String;

    fn param_in() -> Option<MetaParamIn> {
        Some(MetaParamIn::Header)
    }

    fn param_schema_ref() -> Option<MetaSchemaRef> {
        Some(MetaSchemaRef::Inline(Box::new(header::schema())))
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _options: ExtractParamOptions<String>,
    ) -> Result<Self> {
        let board = Board::of(request)?;
        let Some(key) = header::read(request)? else { return Ok(Self { board, given: None }) };
        let bytes = body.take()?.into_bytes().await.map_err(|_| Problem::internal())?;
        *body = RequestBody::new(Body::from_bytes(bytes.clone()));
        Ok(Self { board, given: Some(Given { key, body: bytes }) })
    }
}
