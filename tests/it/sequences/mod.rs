//! Random sequences of operations by several people, held against a small model of what should happen.
//!
//! `PROPTEST_CASES` makes the run longer.

mod driver;
mod model;
mod step;

use proptest::{collection::vec, prelude::*, test_runner::TestRunner};

use self::{driver::Driver, model::Model};

#[test]
fn the_server_answers_as_the_model_does() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(100);
    let config = ProptestConfig {
        cases,
        failure_persistence: None,
        max_shrink_iters: 100,
        ..ProptestConfig::default()
    };
    let mut answers = std::collections::BTreeMap::<u16, usize>::new();
    let counted = std::cell::RefCell::new(&mut answers);
    let outcome = TestRunner::new(config).run(&vec(step::step(), 40..80), |steps| {
        runtime.block_on(async {
            let mut driver = Driver::start().await;
            let mut model = Model::new();
            for (number, step) in steps.into_iter().enumerate() {
                let step = model.aimed(step);
                let Some(expected) = model.apply(&step) else { continue };
                let seen = driver.send(&step).await;
                prop_assert_eq!(&seen, &expected, "step {}: {:?}", number, step);
                *counted.borrow_mut().entry(expected.status).or_default() += 1;
            }
            Ok(())
        })
    });
    outcome.expect("the server and the model agree");
    crate::client::trying(&format!("{answers:?}"));
    // The steps are no use if they all fail in the same way.
    for status in [200, 201, 401, 403] {
        assert!(answers.contains_key(&status), "no step of the run was answered with {status}: {answers:?}");
    }
}
