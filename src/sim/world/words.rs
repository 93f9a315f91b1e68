//! Names by culture: given names with their other script and their short form, family names likewise, the
//! commonest first. Only data stands here.

/// How people of one background are called. Triples: the Latin form, the native script (or ""), the short form (or "").
pub(super) struct Culture {
    pub(super) given: &'static [(&'static str, &'static str, &'static str)],
    pub(super) family: &'static [(&'static str, &'static str)],
}

/// English, Scottish and Irish.
pub(super) const ENGLISH: Culture = Culture {
    given: &[
        ("James", "", "Jim"), ("Robert", "", "Bob"), ("William", "", "Bill"), ("Elizabeth", "", "Liz"), ("Margaret", "", "Peggy"),
        ("Michael", "", "Mike"), ("Katherine", "", "Kate"), ("Thomas", "", "Tom"), ("Jennifer", "", "Jenny"), ("David", "", "Dave"),
        ("Richard", "", "Rick"), ("Susan", "", "Sue"), ("Christopher", "", "Chris"), ("Patricia", "", "Pat"), ("Daniel", "", "Dan"),
        ("Matthew", "", "Matt"), ("Anthony", "", "Tony"), ("Deborah", "", "Debbie"), ("Steven", "", "Steve"), ("Andrew", "", "Andy"),
        ("Joshua", "", "Josh"), ("Kenneth", "", "Ken"), ("Rebecca", "", "Becky"), ("Benjamin", "", "Ben"), ("Samuel", "", "Sam"),
        ("Gregory", "", "Greg"), ("Victoria", "", "Vicky"), ("Edward", "", "Ted"), ("Alexander", "", "Alex"), ("Nicholas", "", "Nick"),
        ("Jonathan", "", "Jon"), ("Emily", "", ""), ("Sarah", "", ""), ("Laura", "", ""), ("Hannah", "", ""), ("Grace", "", ""),
        ("Ian", "", ""), ("Fiona", "", ""), ("Niamh", "", ""), ("Siobhán", "", ""), ("Oliver", "", ""), ("Mary Anne", "", ""),
    ],
    family: &[
        ("Smith", ""), ("Jones", ""), ("Taylor", ""), ("Brown", ""), ("Williams", ""), ("Wilson", ""), ("Johnson", ""), ("Davies", ""),
        ("Robinson", ""), ("Wright", ""), ("Thompson", ""), ("Evans", ""), ("Walker", ""), ("White", ""), ("Roberts", ""), ("Green", ""),
        ("Hall", ""), ("Wood", ""), ("Jackson", ""), ("Clarke", ""), ("Harrison", ""), ("Hughes", ""), ("Edwards", ""), ("Turner", ""),
        ("Hill", ""), ("Moore", ""), ("Clark", ""), ("Cooper", ""), ("Ward", ""), ("Baker", ""), ("Morgan", ""), ("Allen", ""),
        ("O'Brien", ""), ("O'Neill", ""), ("MacDonald", ""), ("McCarthy", ""), ("McAllister", ""), ("Fitzgerald", ""), ("Whitfield", ""),
        ("Ashworth", ""), ("Pemberton", ""), ("Lockhart", ""), ("Smith-Hayes", ""), ("Kowalski", ""), ("Hollingsworth", ""), ("Byrne", ""),
        ("Stone", ""), ("Marsh", ""), ("Keller", ""), ("Ellery", ""), ("Underwood", ""), ("Quigley", ""), ("Vance", ""), ("Sterling", ""),
    ],
};

/// German, Austrian and Swiss.
pub(super) const GERMAN: Culture = Culture {
    given: &[
        ("Thomas", "", ""), ("Andreas", "", ""), ("Michael", "", ""), ("Stefan", "", ""), ("Sabine", "", ""), ("Jürgen", "", ""),
        ("Johannes", "", "Hannes"), ("Katharina", "", "Katja"), ("Wolfgang", "", ""), ("Susanne", "", ""), ("Maximilian", "", "Max"),
        ("Jörg", "", ""), ("Petra", "", ""), ("Klaus-Peter", "", ""), ("Ulrike", "", "Uli"), ("Friedrich", "", "Fritz"), ("Anja", "", ""),
        ("Günther", "", ""), ("Claudia", "", ""), ("Matthias", "", ""), ("Birgit", "", ""), ("Sebastian", "", "Basti"), ("Käthe", "", ""),
        ("Lukas", "", ""), ("Annegret", "", ""), ("Tobias", "", ""), ("Elisabeth", "", "Lisa"), ("Björn", "", ""), ("Heike", "", ""),
    ],
    family: &[
        ("Müller", ""), ("Schmidt", ""), ("Schneider", ""), ("Fischer", ""), ("Weber", ""), ("Meyer", ""), ("Wagner", ""), ("Becker", ""),
        ("Schulz", ""), ("Hoffmann", ""), ("Schäfer", ""), ("Koch", ""), ("Bauer", ""), ("Richter", ""), ("Klein", ""), ("Wolf", ""),
        ("Schröder", ""), ("Neumann", ""), ("Schwarz", ""), ("Zimmermann", ""), ("Krüger", ""), ("Groß", ""), ("von der Heide", ""),
        ("Köhler", ""), ("Jäger", ""), ("Vogel", ""), ("Brandt", ""), ("Lindner", ""), ("Weiß", ""), ("Maier", ""), ("Mayr", ""),
        ("Böttcher", ""), ("Kühn", ""), ("Reuß", ""), ("Thalbach", ""), ("Eichendorf", ""), ("Steinbrück-Lange", ""),
    ],
};

/// French and Walloon.
pub(super) const FRENCH: Culture = Culture {
    given: &[
        ("Jean", "", ""), ("Marie", "", ""), ("Pierre", "", ""), ("François", "", ""), ("Hélène", "", ""), ("Jean-Luc", "", ""),
        ("Céline", "", ""), ("Stéphane", "", ""), ("Noémie", "", ""), ("Benoît", "", ""), ("Amélie", "", ""), ("Jérôme", "", ""),
        ("Chloé", "", ""), ("Loïc", "", ""), ("Anne-Sophie", "", ""), ("Mathieu", "", ""), ("Élodie", "", ""), ("Rémi", "", ""),
        ("Véronique", "", ""), ("Gaël", "", ""), ("Françoise", "", ""), ("Étienne", "", ""), ("Zoé", "", ""), ("Alexandre", "", "Alex"),
    ],
    family: &[
        ("Martin", ""), ("Bernard", ""), ("Dubois", ""), ("Durand", ""), ("Lefèvre", ""), ("Moreau", ""), ("Laurent", ""), ("Girard", ""),
        ("Lefebvre", ""), ("Mercier", ""), ("Dupont", ""), ("Fournier", ""), ("Rousseau", ""), ("Guérin", ""), ("Chevalier", ""),
        ("de la Roche", ""), ("Bélanger", ""), ("Lemaître", ""), ("Beauchêne", ""), ("Garçon", ""), ("Péron", ""), ("Saint-Clair", ""),
        ("Vasseur", ""), ("Duhamel", ""), ("Charrière", ""), ("N'Diaye", ""), ("Nguyen", ""), ("Hébert", ""),
    ],
};

/// Spanish, Portuguese and Latin American: two family names are common.
pub(super) const IBERIAN: Culture = Culture {
    given: &[
        ("María", "", ""), ("José", "", "Pepe"), ("Francisco", "", "Paco"), ("Carmen", "", ""), ("Javier", "", "Javi"), ("Lucía", "", ""),
        ("Andrés", "", ""), ("Ana María", "", "Ana"), ("Iñaki", "", ""), ("Sofía", "", ""), ("Raúl", "", ""), ("Begoña", "", ""),
        ("João", "", ""), ("Inês", "", ""), ("Guadalupe", "", "Lupe"), ("Óscar", "", ""), ("Ximena", "", ""), ("Antonio", "", "Toño"),
    ],
    family: &[
        ("García", ""), ("Fernández", ""), ("González", ""), ("Rodríguez", ""), ("López", ""), ("Martínez", ""), ("Pérez Ruiz", ""),
        ("Gómez de la Vega", ""), ("Muñoz", ""), ("Núñez", ""), ("Castaño", ""), ("da Silva", ""), ("Gonçalves", ""), ("Ortega Díaz", ""),
        ("Ibáñez", ""), ("Ramírez", ""), ("Magalhães", ""), ("Peña", ""), ("Echeverría", ""), ("Salas", ""),
    ],
};

/// Swedish, Norwegian and Danish.
pub(super) const NORDIC: Culture = Culture {
    given: &[
        ("Lars", "", "Lasse"), ("Anna", "", ""), ("Erik", "", ""), ("Karin", "", ""), ("Åsa", "", ""), ("Björn", "", ""), ("Kristina", "", "Stina"),
        ("Göran", "", ""), ("Ingrid", "", ""), ("Søren", "", ""), ("Märta", "", ""), ("Håkan", "", ""), ("Linnéa", "", ""), ("Jørgen", "", ""),
        ("Astrid", "", ""), ("Nils", "", "Nisse"), ("Pär", "", ""), ("Solveig", "", ""),
    ],
    family: &[
        ("Andersson", ""), ("Johansson", ""), ("Karlsson", ""), ("Nilsson", ""), ("Lindström", ""), ("Sjöberg", ""), ("Bergström", ""),
        ("Öberg", ""), ("Åkesson", ""), ("Hansen", ""), ("Lindqvist", ""), ("Ekström", ""), ("Nyström", ""), ("Møller", ""), ("Sandberg", ""),
        ("Hedlund", ""), ("Söderberg", ""), ("Ångström", ""), ("Dahl", ""), ("Wikström", ""),
    ],
};

/// Polish.
pub(super) const POLISH: Culture = Culture {
    given: &[
        ("Katarzyna", "", "Kasia"), ("Małgorzata", "", "Gosia"), ("Paweł", "", ""), ("Łukasz", "", ""), ("Agnieszka", "", "Aga"),
        ("Michał", "", ""), ("Zbigniew", "", "Zbyszek"), ("Grażyna", "", ""), ("Wojciech", "", "Wojtek"), ("Joanna", "", "Asia"),
        ("Stanisław", "", "Staszek"), ("Żaneta", "", ""), ("Tomasz", "", "Tomek"), ("Bożena", "", ""),
    ],
    family: &[
        ("Nowak", ""), ("Kowalska", ""), ("Wiśniewski", ""), ("Wójcik", ""), ("Kamińska", ""), ("Lewandowski", ""), ("Zieliński", ""),
        ("Szymańska", ""), ("Dąbrowski", ""), ("Jabłoński", ""), ("Grabowska", ""), ("Świątek", ""), ("Łuczak", ""), ("Żak", ""),
    ],
};

/// Turkish.
pub(super) const TURKISH: Culture = Culture {
    given: &[
        ("Mehmet", "", ""), ("Ayşe", "", ""), ("İbrahim", "", ""), ("Çağla", "", ""), ("Gökhan", "", ""), ("Özge", "", ""), ("Şebnem", "", ""),
        ("Uğur", "", ""), ("Zeynep", "", ""), ("Işıl", "", ""),
    ],
    family: &[
        ("Yılmaz", ""), ("Kaya", ""), ("Demir", ""), ("Şahin", ""), ("Çelik", ""), ("Yıldız", ""), ("Öztürk", ""), ("Aydın", ""), ("Doğan", ""),
    ],
};

/// Indian, in Latin letters as at work.
pub(super) const INDIAN: Culture = Culture {
    given: &[
        ("Priya", "", ""), ("Rahul", "", ""), ("Anjali", "", ""), ("Sanjay", "", ""), ("Deepika", "", ""), ("Venkatesh", "", "Venky"),
        ("Arjun", "", ""), ("Kavitha", "", ""), ("Rajesh", "", "Raj"), ("Sunita", "", ""), ("Harpreet", "", "Harry"), ("Lakshmi", "", ""),
        ("Vikram", "", "Vik"), ("Siddharth", "", "Sid"), ("Meera", "", ""), ("Gurpreet", "", ""),
    ],
    family: &[
        ("Patel", ""), ("Sharma", ""), ("Singh", ""), ("Kumar", ""), ("Gupta", ""), ("Reddy", ""), ("Iyer", ""), ("Nair", ""), ("Mehta", ""),
        ("Desai", ""), ("Krishnamurthy", ""), ("Chatterjee", ""), ("Subramanian", ""), ("Kaur", ""), ("Rao", ""), ("Banerjee", ""),
    ],
};

/// Chinese: short family names, many namesakes.
pub(super) const CHINESE: Culture = Culture {
    given: &[
        ("Wei", "伟", ""), ("Fang", "芳", ""), ("Xiaoming", "小明", ""), ("Na", "娜", ""), ("Jun", "军", ""), ("Lei", "磊", ""),
        ("Yan", "艳", ""), ("Guoqiang", "国强", ""), ("Meiling", "美玲", "Mei"), ("Hao", "浩", ""), ("Jing", "静", ""), ("Zhiyuan", "志远", ""),
    ],
    family: &[
        ("Wang", "王"), ("Li", "李"), ("Zhang", "张"), ("Chen", "陈"), ("Liu", "刘"), ("Huang", "黄"), ("Zhao", "赵"), ("Wu", "吴"),
        ("Xu", "徐"), ("Ouyang", "欧阳"),
    ],
};

/// Japanese.
pub(super) const JAPANESE: Culture = Culture {
    given: &[
        ("Hiroshi", "浩", ""), ("Yuki", "由紀", ""), ("Kenji", "健二", "Ken"), ("Sakura", "さくら", ""), ("Takashi", "隆", ""),
        ("Akiko", "明子", "Aki"), ("Shinji", "慎二", ""), ("Naomi", "直美", ""), ("Daisuke", "大輔", ""), ("Haruka", "遥", ""),
        ("Yūta", "雄太", ""), ("Kōji", "浩二", ""),
    ],
    family: &[
        ("Satō", "佐藤"), ("Suzuki", "鈴木"), ("Takahashi", "高橋"), ("Tanaka", "田中"), ("Watanabe", "渡辺"), ("Itō", "伊藤"),
        ("Yamamoto", "山本"), ("Nakamura", "中村"), ("Kobayashi", "小林"), ("Ōno", "大野"), ("Matsumoto", "松本"), ("Inoue", "井上"),
    ],
};

/// Korean.
pub(super) const KOREAN: Culture = Culture {
    given: &[
        ("Min-jun", "민준", ""), ("Seo-yeon", "서연", ""), ("Ji-hoon", "지훈", ""), ("Hye-jin", "혜진", ""), ("Sung-min", "성민", ""),
        ("Eun-ji", "은지", ""),
    ],
    family: &[("Kim", "김"), ("Lee", "이"), ("Park", "박"), ("Choi", "최"), ("Jung", "정"), ("Kang", "강")],
};

/// Greek.
pub(super) const GREEK: Culture = Culture {
    given: &[
        ("Giorgos", "Γιώργος", ""), ("Maria", "Μαρία", ""), ("Dimitris", "Δημήτρης", ""), ("Eleni", "Ελένη", ""), ("Nikos", "Νίκος", ""),
        ("Katerina", "Κατερίνα", ""), ("Panagiotis", "Παναγιώτης", "Panos"), ("Vasiliki", "Βασιλική", ""), ("Athanasios", "Αθανάσιος", "Thanos"),
    ],
    family: &[
        ("Papadopoulos", "Παπαδόπουλος"), ("Georgiou", "Γεωργίου"), ("Nikolaidis", "Νικολαΐδης"), ("Vasileiou", "Βασιλείου"),
        ("Oikonomou", "Οικονόμου"), ("Makris", "Μακρής"), ("Angelopoulou", "Αγγελοπούλου"), ("Christodoulou", "Χριστοδούλου"),
    ],
};

/// Ukrainian.
pub(super) const UKRAINIAN: Culture = Culture {
    given: &[
        ("Oleksandr", "Олександр", "Sasha"), ("Natalia", "Наталія", ""), ("Andrii", "Андрій", ""), ("Oksana", "Оксана", ""), ("Yurii", "Юрій", ""),
        ("Iryna", "Ірина", ""), ("Volodymyr", "Володимир", "Vova"), ("Kateryna", "Катерина", "Katia"), ("Mykola", "Микола", ""),
    ],
    family: &[
        ("Shevchenko", "Шевченко"), ("Kovalenko", "Коваленко"), ("Bondarenko", "Бондаренко"), ("Tkachenko", "Ткаченко"), ("Melnyk", "Мельник"),
        ("Kravchuk", "Кравчук"), ("Lysenko", "Лисенко"), ("Zhuk", "Жук"),
    ],
};

/// Arabic.
pub(super) const ARABIC: Culture = Culture {
    given: &[
        ("Mohammed", "محمد", "Mo"), ("Fatima", "فاطمة", ""), ("Ahmed", "أحمد", ""), ("Layla", "ليلى", ""), ("Youssef", "يوسف", ""),
        ("Noor", "نور", ""), ("Khalid", "خالد", ""), ("Mariam", "مريم", ""), ("Abdul Rahman", "عبد الرحمن", ""),
    ],
    family: &[
        ("Al-Sayed", "السيد"), ("Hassan", "حسن"), ("Ibrahim", "إبراهيم"), ("El-Masri", "المصري"), ("Haddad", "حداد"), ("Al Najjar", "النجار"),
        ("Khoury", "خوري"), ("Bin Salem", "بن سالم"),
    ],
};

/// All of them, for people who work where they were not born.
pub(super) const ALL: &[&Culture] = &[
    &ENGLISH, &INDIAN, &IBERIAN, &CHINESE, &GERMAN, &FRENCH, &ARABIC, &POLISH, &TURKISH, &NORDIC, &GREEK, &UKRAINIAN, &JAPANESE, &KOREAN,
];

/// First words of company names.
pub(super) const BRANDS: &[&str] = &[
    "Northgate", "Bluewater", "Silverline", "Redwood", "Kestrel", "Harbour", "Summit", "Copperfield", "Ironbridge", "Lakeside", "Meridian",
    "Oakfield", "Pinnacle", "Quayside", "Riverstone", "Stonebridge", "Thornbury", "Westbrook", "Ashford", "Brightwell", "Cedar Point",
    "Drayton", "Eastgate", "Fairmont", "Greystone", "Highcroft", "Juniper", "Kingsway", "Longmead", "Maplewood", "Norwood", "Orchard",
    "Penrose", "Ravenscar", "Sandstone", "Tidewater", "Upland", "Valemont", "Wexcombe", "Yarrow", "Zephyr", "Aldgate", "Beacon", "Castlemere",
    "Delphi", "Everglen", "Foxglove", "Goldcrest", "Hawthorn", "Inverlea", "Larkspur", "Millrace", "Nightingale", "Osprey", "Partridge",
    "Quarry Hill", "Rowan", "Saltmarsh", "Tamarack", "Umber", "Vanguard", "Windermere", "Aurora", "Borealis", "Cobalt", "Domino", "Ember",
    "Falcon", "Granite", "Helix", "Indigo", "Jasper", "Keystone", "Lumen", "Mosaic", "Nimbus", "Onyx", "Prism", "Quartz", "Relay", "Saffron",
    "Topaz", "Unity", "Vertex", "Willow", "Xenon", "Yonder", "Zenith",
];

/// Streets, without the number.
pub(super) const STREETS: &[&str] = &[
    "Sample Street", "Station Road", "Mill Lane", "Harbour Way", "Church Street", "Market Square", "Industrial Park", "College Avenue",
    "Bridge Street", "High Street", "Canal Row", "Orchard Close", "Commerce Drive", "Foundry Road",
];
