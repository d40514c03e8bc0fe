use super::{Function, MathError, Node, Operator};

/// How deep calculations may be nested; far more than anybody writes, and less than the stack of a browser holds.
const DEEPEST: usize = 64;

/// Reads a calculation.
pub(crate) fn parse(text: &str) -> Result<Node, MathError> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    let node = parser.binary(0)?;
    parser.skip_space();
    if parser.at < text.len() {
        return parser.fail("an operator is expected here, such as + or /");
    }
    Ok(node)
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

/// Operators by how tightly they bind; longer ones before those that they begin with.
const LEVELS: [&[(&str, Operator)]; 6] = [
    &[("||", Operator::Or)],
    &[("&&", Operator::And)],
    &[
        ("==", Operator::Equal),
        ("!=", Operator::NotEqual),
        ("<=", Operator::LessOrEqual),
        (">=", Operator::GreaterOrEqual),
        ("<", Operator::Less),
        (">", Operator::Greater),
    ],
    &[("+", Operator::Add), ("-", Operator::Subtract)],
    &[("*", Operator::Multiply), ("/", Operator::Divide), ("%", Operator::Remainder)],
    &[("**", Operator::Power)],
];

impl Parser<'_> {
    fn fail<T>(&self, message: impl Into<String>) -> Result<T, MathError> {
        Err(MathError { message: message.into(), at: self.at })
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn skip_space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn takes(&mut self, mark: &str) -> bool {
        self.skip_space();
        let there = self.rest().starts_with(mark);
        if there {
            self.at += mark.len();
        }
        there
    }

    /// Operators of a level and those that bind tighter.
    fn binary(&mut self, level: usize) -> Result<Node, MathError> {
        let Some(operators) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.binary(level + 1)?;
        while let Some(operator) = self.operator(operators) {
            // Powers bind to the right, as in 2 ** 3 ** 2.
            let tighter = if operator == Operator::Power { level } else { level + 1 };
            self.deeper()?;
            let right = self.binary(tighter)?;
            self.depth -= 1;
            left = Node::Binary(operator, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn operator(&mut self, operators: &[(&str, Operator)]) -> Option<Operator> {
        self.skip_space();
        let rest = self.rest();
        let (mark, operator) = operators.iter().find(|(mark, _)| rest.starts_with(mark))?;
        // `*` is not the beginning of `**`.
        if *operator == Operator::Multiply && rest.starts_with("**") {
            return None;
        }
        self.at += mark.len();
        Some(*operator)
    }

    fn deeper(&mut self) -> Result<(), MathError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return self.fail("the calculation is nested too deeply; split it into several queries");
        }
        Ok(())
    }

    fn unary(&mut self) -> Result<Node, MathError> {
        self.deeper()?;
        let node = if self.takes("-") {
            Node::Negate(Box::new(self.unary()?))
        } else if self.takes("!") {
            Node::Not(Box::new(self.unary()?))
        } else {
            self.operand()?
        };
        self.depth -= 1;
        Ok(node)
    }

    fn operand(&mut self) -> Result<Node, MathError> {
        if self.takes("(") {
            let inside = self.binary(0)?;
            return if self.takes(")") { Ok(inside) } else { self.fail("a ) is missing") };
        }
        if self.takes("$") {
            let braced = self.takes("{");
            let id = self.word();
            if id.is_empty() {
                return self.fail("the id of a query is expected after $, as in $A");
            }
            if braced && !self.takes("}") {
                return self.fail("a } is missing");
            }
            return Ok(Node::Input(id));
        }
        self.skip_space();
        match self.rest().chars().next() {
            Some(letter) if letter.is_ascii_digit() || letter == '.' => self.number(),
            Some(letter) if letter.is_alphabetic() => self.called(),
            _ => self.fail("a number, a query such as $A, or a function is expected here"),
        }
    }

    fn word(&mut self) -> String {
        let rest = self.rest();
        let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
        let word = rest[..end].to_owned();
        self.at += end;
        word
    }

    fn number(&mut self) -> Result<Node, MathError> {
        let rest = self.rest();
        let mut end =
            rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(rest.len());
        if let Some(exponent) = rest[end..].strip_prefix(['e', 'E']) {
            let sign = usize::from(exponent.starts_with(['-', '+']));
            let digits = exponent[sign..].bytes().take_while(u8::is_ascii_digit).count();
            if digits > 0 {
                end += 1 + sign + digits;
            }
        }
        match rest[..end].parse() {
            Ok(number) => {
                self.at += end;
                Ok(Node::Number(number))
            }
            Err(_) => self.fail(format!("{:?} is not a number", &rest[..end])),
        }
    }

    fn called(&mut self) -> Result<Node, MathError> {
        let start = self.at;
        let name = self.word();
        if !self.takes("(") {
            self.at = start;
            return self.fail(format!("{name:?} stands alone; queries are written as ${name}"));
        }
        let constant = match name.as_str() {
            "nan" | "null" => Some(f64::NAN),
            "inf" | "infn" => Some(f64::INFINITY),
            _ => None,
        };
        let node = match (constant, Function::ALL.iter().find(|(known, _)| *known == name)) {
            (Some(number), _) => Node::Number(number),
            (None, Some((_, function))) => Node::Call(*function, Box::new(self.binary(0)?)),
            (None, None) => {
                let known: Vec<&str> = Function::ALL.iter().map(|(known, _)| *known).collect();
                self.at = start;
                return self
                    .fail(format!("{name} is not a function; there are {}, nan and inf", known.join(", ")));
            }
        };
        if self.takes(")") { Ok(node) } else { self.fail("a ) is missing") }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn mistakes_have_a_place() {
        for (text, at, message) in [
            ("", 0, "a number, a query"),
            ("$A +", 4, "a number, a query"),
            ("$A $B", 3, "an operator"),
            ("($A", 3, "a ) is missing"),
            ("$", 1, "the id of a query"),
            ("A + 1", 0, "queries are written as $A"),
            ("sin($A)", 0, "sin is not a function"),
            ("1.2.3", 0, "not a number"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.message.contains(message) && error.at == at, "{text}: {error:?}");
        }
        let deep = "(".repeat(10_000);
        assert!(parse(&deep).unwrap_err().message.contains("too deeply"));
        assert!(parse(&"-".repeat(10_000)).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[-+*/%()$A-C0-9.e!&|<>= a-z{}]{0,60}") {
            if let Err(error) = parse(&text) {
                prop_assert!(error.at <= text.len());
            }
        }
    }
}
