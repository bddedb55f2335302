//! What an oEmbed endpoint says about a page (<https://oembed.com>). Its HTML is never used.

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use url::Url;

use super::{
    assemble::{NAME_CHARACTERS, TITLE_CHARACTERS},
    image::pixels_of_json,
    text::clean,
};
use crate::preview::{card::Card, target::UrlPolicy};

/// The members that are read; of another type than expected they count as absent.
#[derive(Deserialize)]
struct Answer {
    #[serde(default, rename = "type", deserialize_with = "text")]
    kind: Option<String>,
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
    /// Of a photo: where it is, and its size. Other kinds have no `url`, and the size is that of their HTML.
    #[serde(default, deserialize_with = "text")]
    url: Option<String>,
    #[serde(default, deserialize_with = "pixels")]
    width: Option<u32>,
    #[serde(default, deserialize_with = "pixels")]
    height: Option<u32>,
}

/// Fills what `card` lacks from the answer of the endpoint at `url`. What is no JSON changes nothing.
pub fn complete(policy: &UrlPolicy, url: &Url, answer: &[u8], card: &mut Card) {
    let Ok(answer) = serde_json::from_slice::<Answer>(answer) else { return };
    let cleaned = |text: Option<String>, most| text.and_then(|text| clean(&text, most));
    card.title = card.title.take().or_else(|| cleaned(answer.title, TITLE_CHARACTERS));
    card.site_name = card.site_name.take().or_else(|| cleaned(answer.provider_name, NAME_CHARACTERS));
    if card.image.is_none() {
        let photo = answer.url.filter(|_| answer.kind.as_deref() == Some("photo"));
        let images = [
            (answer.thumbnail_url, (answer.thumbnail_width, answer.thumbnail_height)),
            (photo, (answer.width, answer.height)),
        ];
        let judged = |image: Option<String>| policy.judge_reference(url, image?.trim()).ok();
        let image = images.into_iter().find_map(|(image, size)| Some((judged(image)?, size)));
        if let Some((image, size)) = image {
            card.image = Some(image.url().to_string());
            (card.image_width, card.image_height) = size;
        }
    }
}

fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Value::deserialize(deserializer)?.as_str().map(str::to_owned))
}

fn pixels<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    Ok(pixels_of_json(&Value::deserialize(deserializer)?))
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
    fn a_photo_is_its_own_image() {
        let photo = r#"{"type":"photo","url":"https://m.example.net/i.jpg","width":1024,"height":683}"#;
        let filled = completed(photo, Card::default());
        assert_eq!(filled.image.as_deref(), Some("https://m.example.net/i.jpg"));
        assert_eq!((filled.image_width, filled.image_height), (Some(1024), Some(683)));
        let small = photo.replace("683", r#"683,"thumbnail_url":"/t.jpg","thumbnail_width":9"#);
        let filled = completed(&small, Card::default());
        assert_eq!(filled.image.as_deref(), Some("https://media.example.com/t.jpg"));
        assert_eq!((filled.image_width, filled.image_height), (Some(9), None));
        assert_eq!(completed(&photo.replace("photo", "video"), Card::default()), Card::default());
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
