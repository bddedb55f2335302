//! What an oEmbed endpoint says about a page (<https://oembed.com>). Its HTML is never used.

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use url::Url;

use super::{image::MAX_PIXELS, text::clean};
use crate::preview::{card::Card, target::UrlPolicy};

use super::assemble::{NAME_CHARACTERS, TITLE_CHARACTERS};

/// The members that are read; of another type than expected they count as absent.
#[derive(Deserialize)]
struct Answer {
    #[serde(default, deserialize_with = "text")]
    title: Option<String>,
    #[serde(default, deserialize_with = "text")]
    provider_name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    thumbnail_url: Option<String>,
    #[serde(default, deserialize_with = "pixels")]
    thumbnail_width: Option<u32>,
    #[serde(default, deserialize_with = "pixels")]
    thumbnail_height: Option<u32>,
}

/// Fills what `card` lacks from the answer of the endpoint at `url`. What is no JSON changes nothing.
pub fn complete(policy: &UrlPolicy, url: &Url, answer: &[u8], card: &mut Card) {
    let Ok(answer) = serde_json::from_slice::<Answer>(answer) else { return };
    let cleaned = |text: Option<String>, most| text.and_then(|text| clean(&text, most));
    card.title = card.title.take().or_else(|| cleaned(answer.title, TITLE_CHARACTERS));
    card.site_name = card.site_name.take().or_else(|| cleaned(answer.provider_name, NAME_CHARACTERS));
    if card.image.is_none() {
        let image = answer.thumbnail_url.and_then(|image| policy.judge_reference(url, image.trim()).ok());
        card.image = image.map(|image| image.url().to_string());
        if card.image.is_some() {
            (card.image_width, card.image_height) = (answer.thumbnail_width, answer.thumbnail_height);
        }
    }
}

fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Value::deserialize(deserializer)?.as_str().map(str::to_owned))
}

fn pixels<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let number = value.as_u64().or_else(|| value.as_str()?.parse().ok());
    Ok(number
        .and_then(|number| u32::try_from(number).ok())
        .filter(|pixels| (1..=MAX_PIXELS).contains(pixels)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::FetchSettings;

    fn completed(answer: &str, mut card: Card) -> Card {
        let policy = UrlPolicy::from(&FetchSettings::defaults());
        let url = "https://media.example.com/oembed".parse().expect("a URL");
        complete(&policy, &url, answer.as_bytes(), &mut card);
        card
    }

    #[test]
    fn only_what_is_missing_is_filled() {
        let answer = r#"{"title":"t\u202e","provider_name":"p","thumbnail_url":"/i.jpg","thumbnail_width":"480",
                         "thumbnail_height":360,"html":"<script>"}"#;
        let filled = completed(answer, Card::default());
        assert_eq!((filled.title.as_deref(), filled.site_name.as_deref()), (Some("t"), Some("p")));
        assert_eq!(filled.image.as_deref(), Some("https://media.example.com/i.jpg"));
        assert_eq!((filled.image_width, filled.image_height), (Some(480), Some(360)));
        let own = Card {
            title: Some("own".into()),
            image: Some("https://a.example.net/".into()),
            ..Card::default()
        };
        let kept = completed(answer, own.clone());
        assert_eq!((kept.title, kept.image, kept.image_width), (own.title, own.image, None));
    }

    #[test]
    fn forbidden_images_and_odd_answers_leave_the_card_alone() {
        for answer in [
            "",
            "[]",
            "{}",
            "{\"title\":[1]}",
            "{\"thumbnail_url\":\"http://10.0.0.1/\",\"thumbnail_width\":1}",
        ] {
            assert_eq!(completed(answer, Card::default()), Card::default(), "{answer}");
        }
    }
}
