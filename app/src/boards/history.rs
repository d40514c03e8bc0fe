//! Undo and redo.

/// States before and after the one that is shown.
#[derive(Clone, Debug)]
pub(crate) struct History<T> {
    before: Vec<T>,
    after: Vec<T>,
    /// What the newest change was made to; another change of the same is part of it.
    touched: String,
}

/// How many steps can be taken back.
const MOST: usize = 200;

impl<T> Default for History<T> {
    fn default() -> Self {
        Self { before: Vec::new(), after: Vec::new(), touched: String::new() }
    }
}

impl<T> History<T> {
    /// Keeps the state before a change. Changes of the same thing in a row, as by typing in a field, are taken back together;
    /// an empty name stands for a change of its own.
    pub(crate) fn changed(&mut self, old: T, touched: &str) {
        let goes_on = !touched.is_empty() && touched == self.touched && self.after.is_empty();
        self.after.clear();
        touched.clone_into(&mut self.touched);
        if goes_on && !self.before.is_empty() {
            return;
        }
        self.before.push(old);
        if self.before.len() > MOST {
            self.before.remove(0);
        }
    }

    /// Changes all states that can be gone back or forth to.
    pub(crate) fn each(&mut self, change: impl FnMut(&mut T)) {
        self.before.iter_mut().chain(&mut self.after).for_each(change);
    }

    /// The state before the newest change; `now` can be had back.
    pub(crate) fn undo(&mut self, now: T) -> Result<T, T> {
        self.touched.clear();
        match self.before.pop() {
            Some(old) => {
                self.after.push(now);
                Ok(old)
            }
            None => Err(now),
        }
    }

    /// The state before the newest undo.
    pub(crate) fn redo(&mut self, now: T) -> Result<T, T> {
        self.touched.clear();
        match self.after.pop() {
            Some(new) => {
                self.before.push(now);
                Ok(new)
            }
            None => Err(now),
        }
    }

    /// Whether there is something to undo, and to redo.
    pub(crate) fn ways(&self) -> (bool, bool) {
        (!self.before.is_empty(), !self.after.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_taken_back_and_made_again() {
        let mut history = History::default();
        let mut now = 0;
        for (new, touched) in [(1, ""), (2, "title"), (3, "title"), (4, "unit"), (5, ""), (6, "")] {
            history.changed(now, touched);
            now = new;
        }
        for expected in [5, 4, 3, 1, 0] {
            now = history.undo(now).unwrap();
            assert_eq!(now, expected);
        }
        assert_eq!(history.undo(now), Err(0));
        for expected in [1, 3] {
            now = history.redo(now).unwrap();
            assert_eq!(now, expected);
        }
        history.changed(now, "title");
        assert_eq!(history.ways(), (true, false), "what was undone is gone once something else is done");
        assert_eq!(history.undo(9), Ok(3));
    }

    #[test]
    fn old_steps_are_forgotten() {
        let mut history = History::default();
        (0..500).for_each(|step| history.changed(step, ""));
        let mut now = 500;
        while let Ok(old) = history.undo(now) {
            now = old;
        }
        assert_eq!(now, 300);
    }
}
