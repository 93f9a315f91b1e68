//! The one table of everything a person can ask for. Keys, hint row, help, palette, `config/keymap.toml` and the
//! manual page read it; what is not a row here cannot be done in the console. Absent: how any of it is done.

use std::borrow::Cow;

/// Where keys are pressed: a screen, or a list laid over one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u16)]
pub enum Context {
    /// What needs a person now.
    Home,
    /// The queue.
    Review,
    /// Two records side by side.
    Merge,
    /// The board.
    Pipeline,
    /// Sources and runs.
    Imports,
    /// The log.
    Logs,
    /// All records.
    Search,
    /// Outbox, dead letters, conflicts.
    Sync,
    /// One record.
    Record,
    /// A short list to choose from.
    Menu,
}

impl Context {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Home,
        Self::Review,
        Self::Merge,
        Self::Pipeline,
        Self::Imports,
        Self::Logs,
        Self::Search,
        Self::Sync,
        Self::Record,
        Self::Menu,
    ];

    /// For people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Home => "Home",
            Self::Review => "Review",
            Self::Merge => "Merge",
            Self::Pipeline => "Pipeline",
            Self::Imports => "Imports",
            Self::Logs => "Logs",
            Self::Search => "Search",
            Self::Sync => "Sync",
            Self::Record => "Record",
            Self::Menu => "menus",
        }
    }
}

/// A set of contexts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scope(u16);

impl Scope {
    const fn of(contexts: &[Context]) -> Self {
        let mut bits = 0;
        let mut nth = 0;
        while nth < contexts.len() {
            bits |= 1 << contexts[nth] as u16;
            nth += 1;
        }
        Self(bits)
    }

    const fn but(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Says whether `context` is in it.
    pub const fn has(self, context: Context) -> bool {
        self.0 & (1 << context as u16) != 0
    }

    /// Its contexts.
    pub fn contexts(self) -> impl Iterator<Item = Context> {
        Context::ALL.into_iter().filter(move |context| self.has(*context))
    }

    /// How help names it.
    pub fn title(self) -> Cow<'static, str> {
        if self == SCREENS || self == ALL {
            return Cow::Borrowed("anywhere");
        }
        let names: Vec<_> = self.contexts().map(Context::title).collect();
        if names.len() > 4 { Cow::Borrowed("lists") } else { Cow::Owned(names.join(", ")) }
    }
}

const REVIEW: Scope = Scope::of(&[Context::Review]);
const MERGE: Scope = Scope::of(&[Context::Merge]);
const DECIDING: Scope = Scope::of(&[Context::Review, Context::Merge]);
const CARDS: Scope = Scope::of(&[Context::Pipeline, Context::Record]);
const IMPORTS: Scope = Scope::of(&[Context::Imports]);
const MARKED: Scope = Scope::of(&[Context::Review, Context::Search]);
const KNOWN: Scope = Scope::of(&[Context::Pipeline, Context::Search, Context::Record]);
const LOGS: Scope = Scope::of(&[Context::Logs]);
const SYNC: Scope = Scope::of(&[Context::Sync]);
const EDITABLE: Scope = Scope::of(&[Context::Review, Context::Merge, Context::Record]);
const ACROSS: Scope = Scope::of(&[Context::Home, Context::Review, Context::Pipeline, Context::Sync]);
const FILTERED: Scope = Scope::of(&[Context::Review, Context::Pipeline, Context::Logs, Context::Search, Context::Sync]);
const SORTED: Scope = Scope::of(&[Context::Review, Context::Pipeline]);
const COPIED: Scope = Scope::of(&[
    Context::Review,
    Context::Merge,
    Context::Pipeline,
    Context::Imports,
    Context::Logs,
    Context::Search,
    Context::Sync,
    Context::Record,
    Context::Menu,
]);
const PEOPLE: Scope = Scope::of(&[Context::Review, Context::Merge, Context::Pipeline, Context::Search, Context::Record]);
const ALL: Scope = Scope::of(&Context::ALL);
const SCREENS: Scope = ALL.but(Scope::of(&[Context::Menu]));
const PANES: Scope = ALL.but(MERGE);
const OPENED: Scope = ALL.but(DECIDING);

/// How help and the keymap file group actions.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[allow(missing_docs, reason = "the title says it")]
pub enum Group {
    Decide,
    Merge,
    Mark,
    Cards,
    Imports,
    Sync,
    Logs,
    Find,
    Move,
    Go,
    Anywhere,
}

impl Group {
    /// For people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Decide => "Decide",
            Self::Merge => "Field by field",
            Self::Mark => "Mark",
            Self::Cards => "Cards",
            Self::Imports => "Imports",
            Self::Sync => "Sync",
            Self::Logs => "Log",
            Self::Find => "Find",
            Self::Move => "Move",
            Self::Go => "Screens",
            Self::Anywhere => "Anywhere",
        }
    }
}

/// What an action costs if it was a slip.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Danger {
    /// Changes nothing that matters.
    Safe,
    /// One key takes it back.
    Undoable,
    /// Reaches the outside at once: it spends credits, or HaloPSA hears of it.
    Lasting,
}

/// What must be there for an action to make sense. The screen says whether it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Need {
    /// Nothing.
    Nothing,
    /// A chosen row.
    Row,
    /// A chosen question with a suggestion.
    Suggestion,
    /// A chosen question with somebody it may be.
    Candidate,
    /// More than one candidate.
    Candidates,
    /// A chosen question that stands for others like it.
    Alike,
    /// A decision of this session to repeat.
    Repeatable,
    /// A decision to take back.
    Undoable,
    /// One taken back to redo.
    Redoable,
    /// A stage in that direction.
    StageBack,
    /// A stage in that direction.
    StageOn,
    /// A source that can be asked over its API.
    Callable,
    /// A run that is working or paused.
    LiveRun,
    /// A write that will not be tried again by itself.
    DeadLetter,
    /// A place in HaloPSA to point to.
    Link,
}

impl Need {
    /// Why an action is off, unless the screen knows better.
    pub const fn missing(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::Row => "nothing is chosen",
            Self::Suggestion => "there is no suggestion here",
            Self::Candidate => "there is nobody to compare with",
            Self::Candidates => "there is no other candidate",
            Self::Alike => "no other question has the same reason",
            Self::Repeatable => "no decision has been made yet",
            Self::Undoable => "there is nothing to undo",
            Self::Redoable => "there is nothing to redo",
            Self::StageBack => "this is the first stage",
            Self::StageOn => "this is the last stage",
            Self::Callable => "this source has no API; import its files with f",
            Self::LiveRun => "no run is going on here",
            Self::DeadLetter => "this will be sent by itself",
            Self::Link => "it is not in HaloPSA yet",
        }
    }
}

/// Who may do it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Right {
    /// Everybody who may look.
    Look,
    /// Whoever decides: operators and admins.
    Decide,
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Its stable name in keymap files and tests.
    pub name: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// What it does, in a line.
    pub effect: &'static str,
    /// Where help lists it.
    pub group: Group,
    /// Where it can be asked for.
    pub scope: Scope,
    /// What a slip costs.
    pub danger: Danger,
    /// What must be there.
    pub need: Need,
    /// Who may.
    pub right: Right,
    /// Its built-in keys.
    pub keys: &'static [&'static str],
}

macro_rules! actions {
    ($($group:ident { $($action:ident $name:literal $title:literal $effect:literal $scope:ident $danger:ident $need:ident $right:ident [$($key:literal),*];)* })*) => {
        /// What a person can ask for.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[allow(missing_docs, reason = "the table says it")]
        pub enum Action { $($($action),*),* }

        impl Action {
            /// All of them, in the order in which help lists them.
            pub const ALL: &'static [Self] = &[$($(Self::$action),*),*];

            /// Its row.
            pub const fn row(self) -> &'static Row {
                match self {
                    $($(Self::$action => &Row {
                        name: $name, title: $title, effect: $effect, group: Group::$group, scope: $scope,
                        danger: Danger::$danger, need: Need::$need, right: Right::$right, keys: &[$($key),*],
                    }),*),*
                }
            }

            /// The action of that name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($($name => Some(Self::$action),)*)* _ => None }
            }
        }
    };
}

actions! {
    Decide {
        Accept       "accept"         "accept"               "does what the suggestion says, with the fields shown"       REVIEW   Undoable Suggestion Decide ["a"];
        ChooseFields "choose_fields"  "choose fields"        "opens both records side by side"                            REVIEW   Safe     Candidate  Look   ["enter"];
        CreateNew    "create_new"     "create new"           "says it is nobody we know and makes a new contact"          DECIDING Undoable Row        Decide ["c"];
        Drop         "drop"           "drop"                 "turns the incoming record away; it is kept and listed"      DECIDING Undoable Row        Decide ["d"];
        Later        "later"          "later"                "asks again tomorrow"                                        DECIDING Undoable Row        Decide ["s"];
        Edit         "edit"           "edit"                 "types a value for the chosen field"                         EDITABLE Undoable Row        Decide ["e"];
        Repeat       "repeat"         "repeat"               "does to this row what was done to the last"                 REVIEW   Undoable Repeatable Decide ["."];
        Undo         "undo"           "undo"                 "takes the last decision back, also after it was sent"       SCREENS  Undoable Undoable   Decide ["u"];
        Redo         "redo"           "redo"                 "does again what was undone last"                            SCREENS  Undoable Redoable   Decide ["ctrl-r"];
    }
    Merge {
        TakeOurs     "take_ours"      "keep known"           "keeps the value on the left"                                MERGE    Undoable Row        Decide ["h", "left"];
        TakeTheirs   "take_theirs"    "take incoming"        "takes the value on the right"                               MERGE    Undoable Row        Decide ["l", "right"];
        TakeBoth     "take_both"      "take both"            "joins the two values"                                       MERGE    Undoable Row        Decide ["b"];
        AllOurs      "all_ours"       "keep all known"       "keeps the whole left side"                                  MERGE    Undoable Row        Decide ["H"];
        AllTheirs    "all_theirs"     "take all incoming"    "takes the whole right side"                                 MERGE    Undoable Row        Decide ["L"];
        Save         "save"           "save + next"          "merges as shown and opens the next pair"                    MERGE    Undoable Row        Decide ["enter"];
        OtherCandidate "other_candidate" "other candidate"   "compares with the next one it may be"                       MERGE    Safe     Candidates Look   ["tab"];
        SameFields   "same_fields"    "same fields"          "shows or hides the fields that agree"                       MERGE    Safe     Nothing    Look   ["z"];
    }
    Mark {
        Mark         "mark"           "mark"                 "adds the row to those the next key is for"                  MARKED   Safe     Row        Look   ["space"];
        MarkRange    "mark_range"     "mark range"           "marks from here to wherever the cursor goes"                MARKED   Safe     Row        Look   ["v"];
        MarkAlike    "mark_alike"     "mark alike"           "marks every question with the same reason"                  REVIEW   Safe     Alike      Look   ["*"];
        MarkAll      "mark_all"       "mark all"             "marks all rows shown"                                       MARKED   Safe     Row        Look   ["ctrl-a"];
    }
    Cards {
        MoveBack     "move_back"      "move back"            "moves the card one stage back"                              CARDS    Undoable StageBack  Decide ["H"];
        MoveOn       "move_on"        "move on"              "moves the card to the next stage; asks for what is missing" CARDS    Undoable StageOn    Decide ["L"];
        MoveTo       "move_to"        "move to"              "lists every stage the card may go to"                       CARDS    Undoable Row        Decide ["m"];
        Mine         "mine"           "mine"                 "makes the card yours, or nobody's"                          CARDS    Undoable Row        Decide ["a"];
    }
    Imports {
        Import       "import"         "import"               "starts an import from this source"                          IMPORTS  Lasting  Callable   Decide ["i"];
        ImportFile   "import_file"    "file"                 "imports a CSV, XLSX or JSON file"                           IMPORTS  Undoable Nothing    Decide ["f"];
        Pause        "pause"          "pause, resume"        "pauses the run, or goes on where it stopped"                IMPORTS  Undoable Row        Decide ["p"];
        Stop         "stop"           "stop"                 "stops the run; it can be resumed"                           IMPORTS  Undoable LiveRun    Decide ["x"];
        FillGaps     "fill_gaps"      "fill gaps"            "asks sources for what is lacking; shows the price first"    KNOWN    Lasting  Row        Decide ["E"];
        Test         "test"           "test login"           "asks the source whether it knows us"                        IMPORTS  Safe     Callable   Decide ["t"];
    }
    Sync {
        SyncNow      "sync_now"       "sync now"             "pulls from HaloPSA and sends what waits"                    SYNC     Lasting  Nothing    Decide ["i"];
        Retry        "retry"          "try again"            "sends a refused write once more"                            SYNC     Lasting  DeadLetter Decide ["t"];
    }
    Logs {
        Follow       "follow"         "follow"               "keeps to the newest entry"                                  LOGS     Safe     Nothing    Look   ["f"];
        Level        "level"          "level"                "shows only entries from that level on"                      LOGS     Safe     Nothing    Look   ["l"];
        Wrap         "wrap"           "wrap"                 "breaks long lines instead of cutting them"                  LOGS     Safe     Nothing    Look   ["w"];
    }
    Find {
        Filter       "filter"         "filter"               "shows only what matches; empty shows all"                   FILTERED Safe     Nothing    Look   ["/"];
        NextProblem      "next_problem"       "next problem"         "goes to the next warning or error"                          LOGS     Safe     Nothing    Look   ["n"];
        PreviousProblem  "previous_problem"   "last problem"         "goes to the warning or error before"                        LOGS     Safe     Nothing    Look   ["N"];
        Sort         "sort"           "sort"                 "chooses the order"                                          SORTED   Safe     Nothing    Look   ["S"];
        Refresh      "refresh"        "refresh"              "reads everything again"                                     SCREENS  Safe     Nothing    Look   ["r"];
    }
    Move {
        Down         "down"           "down"                 "next row"                                                   ALL      Safe     Nothing    Look   ["j", "down"];
        Up           "up"             "up"                   "row before"                                                 ALL      Safe     Nothing    Look   ["k", "up"];
        Left         "left"           "left"                 "the column, or the kind, to the left"                                        ACROSS   Safe     Nothing    Look   ["h", "left"];
        Right        "right"          "right"                "the column, or the kind, to the right"                                       ACROSS   Safe     Nothing    Look   ["l", "right"];
        First        "first"          "first"                "first row"                                                  ALL      Safe     Nothing    Look   ["g", "home"];
        Last         "last"           "last"                 "last row"                                                   ALL      Safe     Nothing    Look   ["G", "end"];
        HalfDown     "half_down"      "half a page down"     "moves half a page down"                                     ALL      Safe     Nothing    Look   ["ctrl-d"];
        HalfUp       "half_up"        "half a page up"       "moves half a page up"                                       ALL      Safe     Nothing    Look   ["ctrl-u"];
        PageDown     "page_down"      "page down"            "moves a page down"                                          ALL      Safe     Nothing    Look   ["pagedown"];
        PageUp       "page_up"        "page up"              "moves a page up"                                            ALL      Safe     Nothing    Look   ["pageup"];
        NextPane     "next_pane"      "next pane"            "goes to the next box"                                       PANES    Safe     Nothing    Look   ["tab"];
        PreviousPane "previous_pane"  "previous pane"        "goes to the box before"                                     PANES    Safe     Nothing    Look   ["shift-tab"];
        Open         "open"           "open"                 "opens what is chosen"                                       OPENED   Safe     Row        Look   ["enter"];
        Back         "back"           "back"                 "leaves what is open; on a screen, clears marks and filter"  ALL      Safe     Nothing    Look   ["esc"];
    }
    Go {
        GoHome       "home"           "Home"                 "what needs a person now"                                    SCREENS  Safe     Nothing    Look   ["1"];
        GoReview     "review"         "Review"               "the questions that wait for a decision"                     SCREENS  Safe     Nothing    Look   ["2"];
        GoPipeline   "pipeline"       "Pipeline"             "the board"                                                  SCREENS  Safe     Nothing    Look   ["3"];
        GoImports    "imports"        "Imports"              "sources and runs"                                           SCREENS  Safe     Nothing    Look   ["4"];
        GoLogs       "logs"           "Logs"                 "what the program is doing"                                  SCREENS  Safe     Nothing    Look   ["5"];
        GoSearch     "search"         "Search"               "everybody known"                                            SCREENS  Safe     Nothing    Look   ["6"];
        GoSync       "sync"           "Sync"                 "what goes to HaloPSA, and what it refused"                  SCREENS  Safe     Nothing    Look   ["7"];
    }
    Anywhere {
        Palette      "palette"        "commands"             "finds a command or a person by a few letters"               SCREENS  Safe     Nothing    Look   ["ctrl-p", ":"];
        Help         "help"           "help"                 "lists what can be done here; type to search, Enter runs"    ALL      Safe     Nothing    Look   ["?"];
        Copy         "copy"           "copy"                 "copies to your own clipboard, also over SSH"                COPIED   Safe     Row        Look   ["y"];
        CopyLink     "copy_link"      "copy link"            "copies the address of the record in HaloPSA"                PEOPLE   Safe     Link       Look   ["o"];
        Redraw       "redraw"         "redraw"               "paints the whole screen again"                              ALL      Safe     Nothing    Look   ["ctrl-l"];
        Mouse        "mouse"          "mouse on, off"        "lets the wheel scroll; off leaves selecting to the terminal" ALL      Safe     Nothing    Look   [];
        Suspend      "suspend"        "suspend"              "back to the shell; fg returns"                              ALL      Safe     Nothing    Look   ["ctrl-z"];
        Quit         "quit"           "quit"                 "leaves; nothing decided is lost"                            ALL      Safe     Nothing    Look   ["q"];
        QuitNow      "quit_now"       "quit now"             "leaves without a word"                                      ALL      Safe     Nothing    Look   ["ctrl-c"];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::keys::{Keymap, Sequence};
    use std::collections::{BTreeMap, BTreeSet};

    #[test]
    fn rows_are_complete_and_names_are_unique() {
        let mut names = BTreeSet::new();
        for action in Action::ALL {
            let row = action.row();
            assert_eq!(Action::from_name(row.name), Some(*action));
            assert!(names.insert(row.name), "{} is there twice", row.name);
            assert!(!row.title.is_empty() && !row.effect.ends_with('.') && row.effect.len() <= 60, "{}", row.name);
            assert!(row.scope.contexts().next().is_some(), "{} can be asked for nowhere", row.name);
            for key in row.keys {
                key.parse::<Sequence>().unwrap_or_else(|error| panic!("{}: {error}", row.name));
            }
        }
    }

    #[test]
    fn no_two_actions_share_a_key_on_a_screen() {
        // `built_in` refuses a clash.
        let keymap = Keymap::built_in();
        assert_eq!(keymap.key(Action::Palette), "Ctrl-P");
    }

    /// A letter means one thing. These mean two, and say why that does not surprise.
    const TWICE: &[(&str, &str)] = &[
        ("h", "left: the column or the side on the left"),
        ("l", "right, and the level where there are no columns"),
        ("left", "as h"),
        ("right", "as l"),
        ("H", "shift acts to the left: the whole side, or the card"),
        ("L", "shift acts to the right"),
        ("enter", "goes on with what is chosen"),
        ("tab", "the next of what there is"),
        ("f", "file in Imports, follow in Logs"),
        ("a", "take it: the suggestion, the card"),
        ("i", "run it now: an import, a sync"),
        ("t", "try: a login, a refused write"),
    ];

    #[test]
    fn one_letter_means_one_thing() {
        let mut meanings: BTreeMap<&str, BTreeSet<Action>> = BTreeMap::new();
        for action in Action::ALL {
            for key in action.row().keys {
                meanings.entry(key).or_default().insert(*action);
            }
        }
        for (key, actions) in meanings {
            assert!(actions.len() == 1 || TWICE.iter().any(|(known, _)| *known == key), "{key} means {actions:?}");
        }
    }

    #[test]
    fn everything_has_a_key_or_is_in_the_palette_everywhere() {
        for action in Action::ALL {
            assert!(!action.row().keys.is_empty() || action.row().scope == ALL, "{action:?} cannot be reached");
        }
    }
}
