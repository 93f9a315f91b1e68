//! What companies do, what they run, and what people in them are called. Only data stands here.

use serde::{Deserialize, Serialize};

/// A line of business, in the words of the different sources.
pub struct Industry {
    /// LinkedIn's wording in lower case, as Apollo has it.
    pub linkedin: &'static str,
    /// Hunter's and most others' wording.
    pub label: &'static str,
    /// The wider sector.
    pub sector: &'static str,
    /// SIC code.
    pub sic: &'static str,
    /// NAICS code.
    pub naics: &'static str,
    /// What such companies write about themselves.
    pub keywords: &'static [&'static str],
    /// Last words of company names in English, German and French.
    pub(super) names: [&'static [&'static str]; 3],
}

/// All lines of business.
pub const INDUSTRIES: &[Industry] = &[
    Industry {
        linkedin: "information technology & services",
        label: "Information Technology and Services",
        sector: "Technology",
        sic: "7373",
        naics: "541512",
        keywords: &["managed services", "cloud migration", "help desk", "cyber security", "backup"],
        names: [&["Systems", "IT Services", "Cloud", "Networks"], &["Systemhaus", "IT-Service", "Datentechnik"], &["Informatique", "Systèmes"]],
    },
    Industry {
        linkedin: "logistics & supply chain",
        label: "Transportation, Logistics, Supply Chain and Storage",
        sector: "Transportation",
        sic: "4731",
        naics: "488510",
        keywords: &["warehousing", "freight", "last mile", "customs", "cold chain"],
        names: [&["Logistics", "Freight", "Haulage", "Distribution"], &["Logistik", "Spedition", "Transporte"], &["Logistique", "Transports"]],
    },
    Industry {
        linkedin: "hospital & health care",
        label: "Hospitals and Health Care",
        sector: "Health Care",
        sic: "8062",
        naics: "622110",
        keywords: &["clinics", "patient records", "telehealth", "diagnostics"],
        names: [&["Health", "Medical Group", "Clinics", "Care"], &["Kliniken", "Medizintechnik"], &["Santé", "Cliniques"]],
    },
    Industry {
        linkedin: "law practice",
        label: "Law Practice",
        sector: "Professional Services",
        sic: "8111",
        naics: "541110",
        keywords: &["litigation", "conveyancing", "employment law", "mergers"],
        names: [&["Law", "Legal", "& Partners"], &["Rechtsanwälte", "& Partner"], &["Avocats", "& Associés"]],
    },
    Industry {
        linkedin: "financial services",
        label: "Financial Services",
        sector: "Financials",
        sic: "6282",
        naics: "523940",
        keywords: &["wealth management", "pensions", "asset finance", "compliance"],
        names: [&["Capital", "Finance", "Wealth", "Advisory"], &["Finanzberatung", "Vermögen"], &["Finance", "Patrimoine"]],
    },
    Industry {
        linkedin: "machinery",
        label: "Machinery Manufacturing",
        sector: "Industrials",
        sic: "3559",
        naics: "333248",
        keywords: &["cnc", "automation", "precision parts", "maintenance"],
        names: [&["Engineering", "Machine Works", "Manufacturing"], &["Maschinenbau", "Werkzeugbau", "Anlagentechnik"], &["Mécanique", "Industries"]],
    },
    Industry {
        linkedin: "retail",
        label: "Retail",
        sector: "Consumer",
        sic: "5311",
        naics: "455110",
        keywords: &["e-commerce", "stores", "point of sale", "loyalty"],
        names: [&["Stores", "Retail", "Outfitters"], &["Handel", "Märkte"], &["Distribution", "Magasins"]],
    },
    Industry {
        linkedin: "construction",
        label: "Construction",
        sector: "Industrials",
        sic: "1542",
        naics: "236220",
        keywords: &["design and build", "civil works", "fit out", "bim"],
        names: [&["Construction", "Builders", "Contracting"], &["Bau", "Hochbau"], &["Construction", "Bâtiment"]],
    },
    Industry {
        linkedin: "accounting",
        label: "Accounting",
        sector: "Professional Services",
        sic: "8721",
        naics: "541211",
        keywords: &["audit", "payroll", "tax", "bookkeeping"],
        names: [&["Accounting", "Chartered Accountants", "Advisers"], &["Steuerberatung", "Wirtschaftsprüfung"], &["Expertise", "Comptables"]],
    },
    Industry {
        linkedin: "food & beverages",
        label: "Food and Beverage Manufacturing",
        sector: "Consumer",
        sic: "2099",
        naics: "311999",
        keywords: &["bakery", "dairy", "brewing", "food safety"],
        names: [&["Foods", "Brewing", "Bakeries"], &["Lebensmittel", "Brauerei"], &["Alimentation", "Traiteur"]],
    },
    Industry {
        linkedin: "education management",
        label: "Education Management",
        sector: "Education",
        sic: "8211",
        naics: "611110",
        keywords: &["schools", "e-learning", "safeguarding", "campus"],
        names: [&["Academy", "Learning", "Schools Trust"], &["Akademie", "Bildung"], &["Formation", "École"]],
    },
    Industry {
        linkedin: "renewables & environment",
        label: "Renewable Energy",
        sector: "Energy",
        sic: "4911",
        naics: "221114",
        keywords: &["solar", "wind", "battery storage", "grid"],
        names: [&["Energy", "Power", "Renewables"], &["Energie", "Solartechnik"], &["Énergie", "Solaire"]],
    },
    Industry {
        linkedin: "computer software",
        label: "Software Development",
        sector: "Technology",
        sic: "7372",
        naics: "513210",
        keywords: &["saas", "analytics", "workflow", "api", "mobile"],
        names: [&["Software", "Labs", "Analytics", "Digital"], &["Software", "Digital"], &["Logiciels", "Numérique"]],
    },
    Industry {
        linkedin: "real estate",
        label: "Real Estate",
        sector: "Real Estate",
        sic: "6531",
        naics: "531210",
        keywords: &["lettings", "property management", "valuation"],
        names: [&["Property", "Estates", "Lettings"], &["Immobilien", "Hausverwaltung"], &["Immobilier", "Gestion"]],
    },
];

/// Something a company runs.
pub struct Technology {
    /// Apollo's uid: lower case, `_` for space and dot.
    pub uid: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Apollo's category.
    pub category: &'static str,
}

/// All of them.
pub const TECHNOLOGIES: &[Technology] = &[
    Technology { uid: "google_analytics", name: "Google Analytics", category: "Analytics and Tracking" },
    Technology { uid: "salesforce", name: "Salesforce", category: "Customer Relationship Management" },
    Technology { uid: "microsoft_office_365", name: "Microsoft Office 365", category: "Email Providers" },
    Technology { uid: "wordpress_org", name: "WordPress.org", category: "CMS" },
    Technology { uid: "hubspot", name: "HubSpot", category: "Marketing Automation" },
    Technology { uid: "amazon_aws", name: "Amazon AWS", category: "Hosting" },
    Technology { uid: "microsoft_azure", name: "Microsoft Azure", category: "Hosting" },
    Technology { uid: "vmware", name: "VMware", category: "Virtualization" },
    Technology { uid: "citrix", name: "Citrix", category: "Remote Access" },
    Technology { uid: "sap", name: "SAP", category: "Enterprise Resource Planning" },
    Technology { uid: "shopify", name: "Shopify", category: "E-commerce Platforms" },
    Technology { uid: "cloudflare", name: "Cloudflare", category: "CDN" },
    Technology { uid: "google_workspace", name: "Google Workspace", category: "Email Providers" },
    Technology { uid: "datto", name: "Datto", category: "Backup" },
    Technology { uid: "fortinet", name: "Fortinet", category: "Network Security" },
    Technology { uid: "zendesk", name: "Zendesk", category: "Support and Feedback" },
    Technology { uid: "slack", name: "Slack", category: "Chats" },
    Technology { uid: "mailchimp", name: "MailChimp", category: "Marketing Automation" },
];

/// How far up somebody stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Rank {
    Owner,
    Founder,
    CSuite,
    Partner,
    Vp,
    Head,
    Director,
    Manager,
    Senior,
    Entry,
}

impl Rank {
    /// Apollo's word.
    pub fn apollo(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Founder => "founder",
            Self::CSuite => "c_suite",
            Self::Partner => "partner",
            Self::Vp => "vp",
            Self::Head => "head",
            Self::Director => "director",
            Self::Manager => "manager",
            Self::Senior => "senior",
            Self::Entry => "entry",
        }
    }

    /// Hunter's three steps.
    pub fn hunter(self) -> &'static str {
        match self {
            Self::Owner | Self::Founder | Self::CSuite | Self::Partner | Self::Vp => "executive",
            Self::Head | Self::Director | Self::Manager | Self::Senior => "senior",
            Self::Entry => "junior",
        }
    }

    /// The words in files: "C suite", "Vp".
    pub fn label(self) -> &'static str {
        match self {
            Self::Owner => "Owner",
            Self::Founder => "Founder",
            Self::CSuite => "C suite",
            Self::Partner => "Partner",
            Self::Vp => "Vp",
            Self::Head => "Head",
            Self::Director => "Director",
            Self::Manager => "Manager",
            Self::Senior => "Senior",
            Self::Entry => "Entry",
        }
    }
}

/// Where somebody works inside a company.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Department {
    Executive,
    It,
    Finance,
    Operations,
    Hr,
    Marketing,
    Sales,
    Legal,
    Procurement,
    Engineering,
}

impl Department {
    /// Apollo's department, without the `master_` in front.
    pub fn apollo(self) -> &'static str {
        match self {
            Self::Executive => "c_suite",
            Self::It => "information_technology",
            Self::Finance => "finance",
            Self::Operations | Self::Procurement => "operations",
            Self::Hr => "human_resources",
            Self::Marketing => "marketing",
            Self::Sales => "sales",
            Self::Legal => "legal",
            Self::Engineering => "engineering_technical",
        }
    }

    /// Hunter's department code.
    pub fn hunter(self) -> &'static str {
        match self {
            Self::Executive => "executive",
            Self::It | Self::Engineering => "it",
            Self::Finance => "finance",
            Self::Operations | Self::Procurement => "operations",
            Self::Hr => "hr",
            Self::Marketing => "marketing",
            Self::Sales => "sales",
            Self::Legal => "legal",
        }
    }

    /// The words in files and in most APIs.
    pub fn label(self) -> &'static str {
        match self {
            Self::Executive => "Executive",
            Self::It => "Information Technology",
            Self::Finance => "Finance",
            Self::Operations => "Operations",
            Self::Hr => "Human Resources",
            Self::Marketing => "Marketing",
            Self::Sales => "Sales",
            Self::Legal => "Legal",
            Self::Procurement => "Procurement",
            Self::Engineering => "Engineering",
        }
    }
}

/// A job: department, rank, how likely, and its spellings, the commonest first.
pub(super) struct Title {
    pub(super) department: Department,
    pub(super) rank: Rank,
    pub(super) weight: u32,
    pub(super) spellings: &'static [&'static str],
    /// In German and in French, where people write it so.
    pub(super) local: [&'static str; 2],
}

const fn title(
    department: Department,
    rank: Rank,
    weight: u32,
    spellings: &'static [&'static str],
    german: &'static str,
    french: &'static str,
) -> Title {
    Title { department, rank, weight, spellings, local: [german, french] }
}

/// All jobs. Information technology weighs most: those are the people whom a managed service provider calls.
pub(super) const TITLES: &[Title] = &[
    title(Department::Executive, Rank::CSuite, 6, &["Chief Executive Officer", "CEO", "Managing Director", "Group CEO"], "Geschäftsführer", "Directeur général"),
    title(Department::Executive, Rank::Owner, 5, &["Owner", "Owner / Manager", "Proprietor"], "Inhaber", "Gérant"),
    title(Department::Executive, Rank::Founder, 3, &["Founder", "Co-Founder & CEO", "Founder and CEO"], "Gründer", "Fondateur"),
    title(Department::Legal, Rank::Partner, 2, &["Partner", "Senior Partner"], "Partner", "Associé"),
    title(Department::It, Rank::CSuite, 6, &["Chief Information Officer", "CIO", "Chief Technology Officer", "CTO"], "CIO", "DSI"),
    title(Department::It, Rank::Vp, 3, &["VP of IT", "Vice President, Information Technology", "VP IT"], "Bereichsleiter IT", "Directeur informatique"),
    title(
        Department::It,
        Rank::Director,
        12,
        &["IT Director", "Director of IT", "Director of Information Technology", "Director, IT Infrastructure"],
        "IT-Leiter",
        "Directeur des systèmes d'information",
    ),
    title(Department::It, Rank::Head, 4, &["Head of IT", "Head of Technology", "Head of IT Operations"], "Leiter IT", "Responsable informatique"),
    title(Department::It, Rank::Manager, 9, &["IT Manager", "Infrastructure Manager", "IT Operations Manager", "Service Desk Manager"], "IT-Manager", "Chef de projet informatique"),
    title(Department::It, Rank::Senior, 4, &["Senior Systems Engineer", "Senior Network Engineer", "Senior System Administrator"], "Senior-Systemadministrator", "Ingénieur système senior"),
    title(Department::It, Rank::Entry, 3, &["System Administrator", "IT Support Technician", "Help Desk Analyst"], "Systemadministrator", "Technicien support"),
    title(Department::Finance, Rank::CSuite, 4, &["Chief Financial Officer", "CFO", "Finance Director & CFO"], "Kaufmännischer Geschäftsführer", "Directeur administratif et financier"),
    title(Department::Finance, Rank::Director, 3, &["Finance Director", "Director of Finance"], "Leiter Finanzen", "Directeur financier"),
    title(Department::Finance, Rank::Manager, 4, &["Finance Manager", "Controller", "Accounting Manager"], "Controller", "Contrôleur de gestion"),
    title(Department::Operations, Rank::CSuite, 3, &["Chief Operating Officer", "COO"], "COO", "Directeur des opérations"),
    title(Department::Operations, Rank::Vp, 2, &["VP Operations", "Vice President of Operations", "VP of Operations"], "Bereichsleiter Betrieb", "Vice-président opérations"),
    title(Department::Operations, Rank::Director, 4, &["Operations Director", "Director of Operations"], "Betriebsleiter", "Directeur d'exploitation"),
    title(Department::Operations, Rank::Manager, 4, &["Operations Manager", "Office Manager", "Facilities Manager"], "Büroleiter", "Responsable d'exploitation"),
    title(Department::Hr, Rank::Director, 2, &["HR Director", "Director of Human Resources", "People Director"], "Personalleiter", "Directeur des ressources humaines"),
    title(Department::Hr, Rank::Manager, 3, &["HR Manager", "People Manager", "HR Business Partner"], "Personalreferent", "Responsable RH"),
    title(Department::Marketing, Rank::Vp, 2, &["VP Marketing", "Vice President of Marketing"], "Bereichsleiter Marketing", "Directeur marketing"),
    title(Department::Marketing, Rank::Manager, 3, &["Marketing Manager", "Digital Marketing Manager"], "Marketingleiter", "Responsable marketing"),
    title(Department::Sales, Rank::Vp, 2, &["VP Sales", "Vice President of Sales", "SVP Sales"], "Vertriebsleiter", "Directeur commercial"),
    title(Department::Sales, Rank::Manager, 3, &["Sales Manager", "Account Manager", "Key Account Manager"], "Key Account Manager", "Responsable commercial"),
    title(Department::Legal, Rank::CSuite, 1, &["General Counsel", "Chief Legal Officer"], "Leiter Recht", "Directeur juridique"),
    title(Department::Procurement, Rank::Manager, 3, &["Procurement Manager", "Purchasing Manager", "IT Procurement Manager"], "Leiter Einkauf", "Responsable achats"),
    title(Department::Engineering, Rank::Director, 2, &["Director of Engineering", "Engineering Director"], "Technischer Leiter", "Directeur technique"),
    title(Department::Engineering, Rank::Senior, 2, &["Senior Software Engineer", "Lead Developer"], "Senior-Softwareentwickler", "Développeur senior"),
];
