//! The same request many times at once.

use serde_json::json;
use tokio::task::JoinSet;

use super::{Scene, post, seen};
use crate::client::path;

#[tokio::test(flavor = "multi_thread")]
async fn twenty_at_once_make_one_message_and_get_one_answer() {
    let scene = Scene::new().await;
    let messages = path(&scene.space["messages-rwd"]).to_owned();
    for round in 0..5 {
        let mut sent = JoinSet::new();
        for _ in 0..20 {
            let (alice, messages) = (scene.alice.clone(), messages.clone());
            let body = json!({"author": "alice", "message": format!("Round {round}.")});
            sent.spawn(
                async move { post(&alice, &messages, &format!("round-{round}"), &body).await.expect(201) },
            );
        }
        let answers = sent.join_all().await;
        for answer in &answers {
            assert_eq!(seen(answer), seen(&answers[0]));
        }
        let listed = scene.alice.client.get(&messages).await.expect(200).json();
        assert_eq!(listed.as_array().map(Vec::len), Some(round + 1));
    }
}
