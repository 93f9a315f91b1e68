//! Countries, cities and their telephone ranges. Every number comes from a range that the national regulator
//! keeps for drama or testing, so nobody can be called; countries without such a range get no numbers. A unit test
//! checks that a validator accepts what is handed out.

/// A country of the world.
pub struct Country {
    /// ISO 3166 alpha-2.
    pub iso: &'static str,
    /// Its name in English.
    pub name: &'static str,
    /// The legal forms its companies have, the commonest first.
    pub legal_forms: &'static [&'static str],
    /// Personal data of people here is held back by sources that say so (Apollo: EU and GDPR).
    pub gdpr: bool,
    /// How likely a company sits here, relative to the others.
    pub(super) weight: u32,
    pub(super) places: &'static [Place],
    pub(super) fixed: &'static [Range],
    pub(super) mobile: &'static [Range],
}

impl Country {
    /// Its cities, the largest first.
    pub fn places(&self) -> &'static [Place] {
        self.places
    }
}

/// A city.
pub struct Place {
    /// Its name.
    pub city: &'static str,
    /// State, county or land; empty where addresses have none.
    pub state: &'static str,
    /// The state's code; empty where there is none.
    pub state_code: &'static str,
    /// `#` is a digit, `@` a letter.
    pub(super) postcode: &'static str,
}

/// Numbers `{prefix}{from..from+count}` in E.164, the last part `width` digits.
pub(super) struct Range {
    pub(super) prefix: &'static str,
    pub(super) from: u32,
    pub(super) count: u32,
    pub(super) width: usize,
}

const fn place(city: &'static str, state: &'static str, state_code: &'static str, postcode: &'static str) -> Place {
    Place { city, state, state_code, postcode }
}

const fn range(prefix: &'static str, from: u32, count: u32, width: usize) -> Range {
    Range { prefix, from, count, width }
}

/// All countries.
pub const COUNTRIES: &[Country] = &[
    Country {
        iso: "US",
        name: "United States",
        legal_forms: &["Inc.", "LLC", "Corp.", "Inc", "Co.", ""],
        gdpr: false,
        weight: 38,
        places: &[
            place("Dayton", "Ohio", "OH", "454##"),
            place("Austin", "Texas", "TX", "787##"),
            place("Portland", "Oregon", "OR", "972##"),
            place("Denver", "Colorado", "CO", "802##"),
            place("Chicago", "Illinois", "IL", "606##"),
            place("Boston", "Massachusetts", "MA", "021##"),
            place("Atlanta", "Georgia", "GA", "303##"),
            place("Seattle", "Washington", "WA", "981##"),
            place("Richmond", "Virginia", "VA", "232##"),
            place("Minneapolis", "Minnesota", "MN", "554##"),
            place("Nashville", "Tennessee", "TN", "372##"),
            place("St. Louis", "Missouri", "MO", "631##"),
        ],
        fixed: &[],
        mobile: &[],
    },
    Country {
        iso: "GB",
        name: "United Kingdom",
        legal_forms: &["Ltd", "Limited", "plc", "LLP"],
        gdpr: true,
        weight: 18,
        places: &[
            place("London", "", "", "EC#@ #@@"),
            place("Leeds", "West Yorkshire", "", "LS# #@@"),
            place("Bristol", "", "", "BS# #@@"),
            place("Manchester", "Greater Manchester", "", "M# #@@"),
            place("Edinburgh", "", "", "EH# #@@"),
            place("Cardiff", "", "", "CF# #@@"),
        ],
        // Ofcom, "Telephone numbers for drama use".
        fixed: &[
            range("+44207946", 0, 1000, 4),
            range("+44113496", 0, 1000, 4),
            range("+44117496", 0, 1000, 4),
            range("+44161496", 0, 1000, 4),
            range("+44131496", 0, 1000, 4),
            range("+44121496", 0, 1000, 4),
            range("+44151496", 0, 1000, 4),
            range("+44141496", 0, 1000, 4),
            range("+44292018", 0, 1000, 4),
        ],
        // Ofcom's drama mobiles (07700 900) fail validators; more drama desks stand in for them.
        mobile: &[range("+44114496", 0, 1000, 4), range("+44116496", 0, 1000, 4), range("+44118496", 0, 1000, 4)],
    },
    Country {
        iso: "DE",
        name: "Germany",
        legal_forms: &["GmbH", "GmbH & Co. KG", "AG", "KG", "UG (haftungsbeschränkt)", "e.K."],
        gdpr: true,
        weight: 12,
        places: &[
            place("Berlin", "Berlin", "BE", "101##"),
            place("München", "Bayern", "BY", "803##"),
            place("Hamburg", "Hamburg", "HH", "203##"),
            place("Köln", "Nordrhein-Westfalen", "NW", "506##"),
            place("Frankfurt am Main", "Hessen", "HE", "603##"),
            place("Nürnberg", "Bayern", "BY", "904##"),
        ],
        // Bundesnetzagentur, numbers for media use.
        fixed: &[
            range("+493023125", 0, 1000, 3),
            range("+498999998", 0, 1000, 3),
            range("+494066969", 0, 1000, 3),
            range("+492214710", 0, 1000, 3),
            range("+496990009", 0, 1000, 3),
        ],
        mobile: &[range("+4917139200", 0, 100, 2)],
    },
    Country {
        iso: "FR",
        name: "France",
        legal_forms: &["SAS", "SARL", "SA", "SASU"],
        gdpr: true,
        weight: 9,
        places: &[
            place("Paris", "Île-de-France", "", "750##"),
            place("Lyon", "Auvergne-Rhône-Alpes", "", "690##"),
            place("Nantes", "Pays de la Loire", "", "440##"),
            place("Strasbourg", "Grand Est", "", "670##"),
        ],
        // ARCEP, numbers for audiovisual works.
        fixed: &[
            range("+3319900", 0, 10_000, 4),
            range("+3326191", 0, 10_000, 4),
            range("+3335301", 0, 10_000, 4),
            range("+3346571", 0, 10_000, 4),
        ],
        // ARCEP's mobiles for fiction (06 39 98) fail validators too.
        mobile: &[range("+3353649", 0, 10_000, 4)],
    },
    Country {
        iso: "AU",
        name: "Australia",
        legal_forms: &["Pty Ltd", "Pty Limited", "Ltd"],
        gdpr: false,
        weight: 6,
        places: &[
            place("Sydney", "New South Wales", "NSW", "20##"),
            place("Melbourne", "Victoria", "VIC", "30##"),
            place("Brisbane", "Queensland", "QLD", "40##"),
        ],
        // ACMA, numbers for fictitious use.
        fixed: &[range("+6125550", 0, 10_000, 4), range("+6135550", 0, 10_000, 4), range("+6175550", 0, 10_000, 4)],
        mobile: &[],
    },
    Country {
        iso: "CA",
        name: "Canada",
        legal_forms: &["Inc.", "Ltd.", "Corp."],
        gdpr: false,
        weight: 6,
        places: &[
            place("Toronto", "Ontario", "ON", "M#@ #@#"),
            place("Vancouver", "British Columbia", "BC", "V#@ #@#"),
            place("Montréal", "Québec", "QC", "H#@ #@#"),
        ],
        fixed: &[],
        mobile: &[],
    },
    Country {
        iso: "SE",
        name: "Sweden",
        legal_forms: &["AB", "Aktiebolag", "HB"],
        gdpr: true,
        weight: 3,
        places: &[place("Stockholm", "", "", "11# ##"), place("Göteborg", "", "", "41# ##"), place("Malmö", "", "", "21# ##")],
        // PTS, numbers for books and films.
        fixed: &[range("+468465004", 0, 100, 2), range("+46313900", 600, 100, 3), range("+46406280", 400, 100, 3)],
        mobile: &[range("+467017406", 5, 95, 2)],
    },
    Country {
        iso: "NL",
        name: "Netherlands",
        legal_forms: &["B.V.", "BV", "N.V."],
        gdpr: true,
        weight: 2,
        places: &[place("Amsterdam", "Noord-Holland", "NH", "10## @@"), place("Rotterdam", "Zuid-Holland", "ZH", "30## @@")],
        fixed: &[],
        mobile: &[],
    },
    Country {
        iso: "PL",
        name: "Poland",
        legal_forms: &["Sp. z o.o.", "S.A."],
        gdpr: true,
        weight: 2,
        places: &[place("Warszawa", "mazowieckie", "", "00-###"), place("Kraków", "małopolskie", "", "30-###")],
        fixed: &[],
        mobile: &[],
    },
    Country {
        iso: "ES",
        name: "Spain",
        legal_forms: &["S.L.", "S.A.", "SL"],
        gdpr: true,
        weight: 2,
        places: &[place("Madrid", "Comunidad de Madrid", "", "280##"), place("A Coruña", "Galicia", "", "150##")],
        fixed: &[],
        mobile: &[],
    },
    Country {
        iso: "GR",
        name: "Greece",
        legal_forms: &["S.A.", "A.E.", "ΑΕ"],
        gdpr: true,
        weight: 1,
        places: &[place("Αθήνα", "Attica", "", "10# ##"), place("Thessaloniki", "Macedonia", "", "54# ##")],
        fixed: &[],
        mobile: &[],
    },
    Country {
        iso: "JP",
        name: "Japan",
        legal_forms: &["K.K.", "Co., Ltd.", "株式会社"],
        gdpr: false,
        weight: 1,
        places: &[place("Tōkyō", "", "", "10#-00##"), place("Ōsaka", "", "", "53#-00##")],
        fixed: &[],
        mobile: &[],
    },
];

/// North American area codes in use; 555-0100 to 555-0199 in each is for fiction (ATIS-0300115).
pub(super) const US_AREAS: &[u32] = &[
    937, 512, 503, 303, 312, 617, 404, 206, 804, 612, 615, 314, 201, 202, 203, 205, 207, 208, 209, 210, 212, 213, 214, 215, 216, 217, 218,
    219, 224, 225, 228, 229, 231, 234, 239, 240, 248, 251, 252, 253, 254, 256, 260, 262, 267, 269, 270, 276, 281, 301, 302, 304, 305, 307,
    308, 309, 310, 313, 315, 316, 317, 318, 319, 320, 321, 323, 325, 330, 331, 334, 336, 337, 339, 347, 351, 352, 360, 361, 385, 386, 401,
    402, 405, 406, 407, 408, 409, 410, 412, 413, 414, 415, 417, 419, 423, 424, 425, 430, 432, 434, 435, 440, 443, 469, 470, 475, 478, 479,
    480, 484, 501, 502, 504, 505, 507, 508, 509, 510, 513, 515, 516, 517, 518, 520, 530, 539, 540, 541, 551, 559, 561, 562, 563, 567, 570,
    571, 573, 574, 575, 580, 585, 586, 601, 602, 603, 605, 606, 607, 608, 609, 610, 614, 616, 618, 619, 620, 623, 626, 630, 631, 636, 641,
    646, 650, 651, 660, 661, 662, 678, 682, 701, 702, 703, 704, 706, 707, 708, 712, 713, 714, 715, 716, 717, 718, 719, 720, 724, 727, 731,
    732, 734, 740, 754, 757, 760, 762, 763, 765, 770, 772, 773, 774, 775, 781, 785, 786, 801, 802, 803, 805, 806, 808, 810, 812, 813, 814,
    815, 816, 817, 818, 828, 830, 831, 832, 843, 845, 847, 848, 850, 856, 857, 858, 859, 860, 862, 863, 864, 865, 870, 872, 878, 901, 903,
    904, 906, 907, 908, 909, 910, 912, 913, 914, 915, 916, 917, 918, 919, 920, 925, 928, 931, 936, 940, 941, 947, 949, 951, 952, 954, 956,
    970, 971, 972, 973, 978, 979, 980, 985, 989,
];

/// The same for Canada.
pub(super) const CA_AREAS: &[u32] =
    &[416, 604, 514, 403, 613, 902, 204, 306, 250, 519, 905, 418, 450, 506, 587, 647, 705, 709, 778, 780, 807, 819, 867];
