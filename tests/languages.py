"""A sentence in each of many languages, and the encodings that such texts come in."""

# ruff: noqa: RUF001  # Letters of other alphabets look like Latin ones; here they have to.

SAMPLES = {
    "German": (
        "Öffnungszeiten des Hafenmuseums: täglich außer montags. Für größere Gruppen bitten wir "
        "um Anmeldung.",
        {"cp1252": "windows-1252", "latin-1": "windows-1252"},
    ),
    "French": (
        "Le musée est ouvert à tous les élèves dès l'été prochain, à côté de la gare, près du "
        "théâtre.",
        {"cp1252": "windows-1252"},
    ),
    "Polish": (
        "Muzeum morskie jest otwarte codziennie oprócz poniedziałków. Proszę kupić bilet przy "
        "wejściu, dzieci wchodzą za darmo. Święta spędzimy w łodzi.",
        {"cp1250": "windows-1250", "iso8859-2": "iso-8859-2"},
    ),
    "Turkish": (
        "Liman müzesi pazartesi hariç her gün açıktır. Biletler girişte satılır, çocuklar "
        "ücretsizdir.",
        {"cp1254": "windows-1254"},
    ),
    "Russian": (
        "Музей порта открыт ежедневно, кроме понедельника. Билеты продаются у входа.",
        {
            "cp1251": "windows-1251",
            "koi8-r": "koi8-r",
            "iso8859-5": "iso-8859-5",
            "cp866": "ibm866",
        },
    ),
    "Greek": (
        "Το μουσείο του λιμανιού είναι ανοιχτό κάθε μέρα εκτός Δευτέρας.",
        {"iso8859-7": "iso-8859-7"},
    ),
    "Hebrew": (
        "מוזיאון הנמל פתוח בכל יום מלבד יום שני. כרטיסים נמכרים בכניסה, ילדים נכנסים בחינם.",
        {"cp1255": "windows-1255"},
    ),
    "Arabic": (
        "متحف الميناء مفتوح كل يوم ما عدا يوم الاثنين. تباع التذاكر عند المدخل والأطفال مجانا.",
        {"cp1256": "windows-1256", "iso8859-6": "iso-8859-6"},
    ),
    "Thai": (
        "พิพิธภัณฑ์ท่าเรือเปิดทุกวันยกเว้นวันจันทร์ จำหน่ายตั๋วที่ทางเข้า เด็กเข้าฟรี",
        {"cp874": "windows-874"},
    ),
    "Japanese": (
        "港の博物館は月曜日を除いて毎日開いています。切符は入口で売っています。",
        {
            "shift_jis": "shift_jis",
            "euc_jp": "euc-jp",
            "iso2022_jp": "iso-2022-jp",
        },
    ),
    "simplified Chinese": (
        "港口博物馆除星期一外每天开放。门票在入口处出售,儿童免费。欢迎来到我们的城市。",
        {"gb18030": "gb18030", "gb2312": "gb18030"},
    ),
    "traditional Chinese": (
        "港口博物館除星期一外每天開放。門票在入口處出售,兒童免費。歡迎來到我們的城市。",
        {"big5": "big5"},
    ),
    "Korean": (
        "항구 박물관은 월요일을 제외하고 매일 문을 엽니다. 표는 입구에서 판매합니다.",
        {"euc_kr": "euc-kr"},
    ),
}
"""Text, and by the encoding that it is written in the name that the web has for it."""

MORE = {
    "Hindi": "बंदरगाह संग्रहालय सोमवार को छोड़कर हर दिन खुला रहता है",
    "Bengali": "বন্দর জাদুঘর সোমবার ছাড়া প্রতিদিন খোলা থাকে",
    "Tamil": "துறைமுக அருங்காட்சியகம் திங்கள் தவிர",
    "Telugu": "నౌకాశ్రయ మ్యూజియం సోమవారం తప్ప",
    "Georgian": "ნავსადგურის მუზეუმი ღიაა ყოველდღე",
    "Armenian": "Նավահանգստի թանգարանը բաց է",
    "Amharic": "የወደብ ሙዚየም በየቀኑ ክፍት ነው",
    "Khmer": "សារមន្ទីរកំពង់ផែបើករាល់ថ្ងៃ",
    "Burmese": "ဆိပ်ကမ်းပြတိုက်ကို နေ့တိုင်းဖွင့်သည်",
    "Vietnamese": "Bảo tàng cảng mở cửa hàng ngày trừ thứ hai",
}
"""What has no encoding of its own, or one that nobody uses."""
