//! Finds the line in a YAML or JSON text on which a field stands.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

/// The line, from 1, on which the value at `place` stands: `panels[3].at.w`; of the nearest one around it where it is not
/// written. None for a text that is no YAML, or an empty place.
pub(super) fn line_of(text: &str, place: &str) -> Option<usize> {
    if place.is_empty() {
        return None;
    }
    let mut tree: Spanned<Tree> = serde_saphyr::from_str(text).ok()?;
    for step in place.split(['.', '[']) {
        let inside = match (&mut tree.value, step.strip_suffix(']')) {
            (Tree::List(items), Some(index)) => index
                .parse()
                .ok()
                .filter(|index: &usize| *index < items.len())
                .map(|index| items.swap_remove(index)),
            (Tree::Map(pairs), _) => {
                pairs.iter().position(|(key, _)| key == step).map(|index| pairs.swap_remove(index).1)
            }
            _ => None,
        };
        match inside {
            Some(inside) => tree = inside,
            None => break,
        }
    }
    usize::try_from(tree.referenced.line()).ok().filter(|line| *line > 0)
}

enum Tree {
    Leaf,
    List(Vec<Spanned<Tree>>),
    Map(Vec<(String, Spanned<Tree>)>),
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("YAML")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Leaf)
    }

    fn visit_none<E>(self) -> Result<Tree, E> {
        Ok(Tree::Leaf)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Tree, E> {
        Ok(Tree::Leaf)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Tree, E> {
        Ok(Tree::Leaf)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Tree, E> {
        Ok(Tree::Leaf)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Tree, E> {
        Ok(Tree::Leaf)
    }

    fn visit_str<E>(self, _: &str) -> Result<Tree, E> {
        Ok(Tree::Leaf)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Tree::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Tree, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Tree::Map(map))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fields_are_found() {
        let yaml = "title: A\npanels:\n  - {title: P, at: {w: 1}}\n  - title: Q\n    at:\n      w: 2\n";
        let json = "{\"title\": \"A\",\n\"panels\": [\n{\"title\": \"P\", \"at\": {\"w\": 1}},\n{\n\"at\": {\n\"w\": 2}}]}";
        for (text, place, line) in [
            (yaml, "title", Some(1)),
            (yaml, "panels[0].at.w", Some(3)),
            (yaml, "panels[1].title", Some(4)),
            (yaml, "panels[1].at.w", Some(6)),
            (yaml, "panels[1].kind", Some(4)),
            (yaml, "panels[7]", Some(3)),
            (yaml, "nothing", Some(1)),
            (yaml, "", None),
            (json, "panels[1].at.w", Some(6)),
            ("a: [", "a", None),
        ] {
            assert_eq!(line_of(text, place), line, "{place}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "[a-c:\\[\\]{}\",& *\\n-]{0,40}", place in "[a-c.\\[\\]0-2]{0,10}") {
            let _ = line_of(&text, &place);
        }
    }
}
