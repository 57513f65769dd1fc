//! The demonstration's year, in small: every thing to scan comes out as the story says.

#![allow(clippy::expect_used, clippy::panic, reason = "tests")]

use medproof_node::{
    config::Config,
    demo::{
        self,
        outcomes::{outcomes, verdict},
        year::{Scale, Year},
    },
    fault::Fault,
    folder::Folder,
};
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread")]
async fn every_outcome_is_what_the_story_says() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = Folder::new(place.path().join("data"));
    let mut config = Config::default();
    config.consensus.listen.set_port(0);
    demo::create(&folder, config.clone()).expect("made");
    config.member.number = demo::HOSPITAL.0;
    let node = demo::open(folder, config).expect("opened");
    let mut consensus = node.start().await.expect("started");
    let story = async {
        let year = Year::begin(Arc::clone(&node), Scale::SMALL).await?;
        year.pass(&|_, _| {}).await?;
        Ok::<_, Fault>(year)
    };
    let year = tokio::select! {
        year = story => year.expect("a year"),
        end = consensus.ended() => panic!("consensus ended: {end:?}"),
    };
    let found = outcomes(&node, &year).expect("as expected");
    assert_eq!(found.len(), 10);
    for (name, outcome) in &found {
        let again = verdict(&node, &outcome.scan, &outcome.purpose).expect("a verdict");
        assert_eq!(again, (outcome.overall.clone(), outcome.reasons.clone()), "{name}");
    }
    consensus.stop().await.expect("stopped");
}
