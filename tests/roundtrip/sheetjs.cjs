// Reads workbooks and saves each again under the other name: node sheetjs.cjs IN OUT [IN OUT…]
const XLSX = require("xlsx");

const names = process.argv.slice(2);
for (let at = 0; at < names.length; at += 2) {
  XLSX.writeFile(XLSX.readFile(names[at], { cellDates: at % 4 === 0 }), names[at + 1]);
}
