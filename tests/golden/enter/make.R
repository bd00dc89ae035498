# Makes study.yaml, new.csv, expected.json and session.txt. Run here: Rscript make.R
# Needs rms (with Hmisc) and jsonlite. The patients are invented. A model is fitted in R, written down as a
# publication would, and its predictions for other patients are kept.
suppressMessages({library(rms); library(jsonlite)})
options(digits = 17)
set.seed(13)
n <- 400
draw <- function(n) data.frame(
  id = sprintf("p%03d", seq_len(n)), age_years = round(runif(n, 20, 85), 1),
  sex = sample(c("female", "male", "other"), n, TRUE), pain = round(runif(n, 0, 10), 1),
  allodynia = sample(c(TRUE, FALSE), n, TRUE))
d <- draw(n)
lp <- -2 + 0.03 * d$age_years - 0.5 * (d$sex == "male") + 0.4 * d$allodynia - 0.05 * (d$pain - 6)^2
d$y <- rbinom(n, 1, plogis(lp))
d$sex <- factor(d$sex, levels = c("female", "male", "other"))

straight <- glm(y ~ age_years + sex + pain + allodynia, binomial, d)
knots <- quantile(d$pain, c(.05, .35, .65, .95))
bent <- lrm(y ~ age_years + sex + rcs(pain, knots) + allodynia, d)

new <- draw(60)
new$pain[1:6] <- c(0, 10, 0.3, 9.9, 6, 5)
new$sex <- factor(new$sex, levels = levels(d$sex))
# a published score: 1 point from 50 years on, 2 from 65, 2 with allodynia, half a point per NRS
points <- (new$age_years >= 50) + (new$age_years >= 65) + 2 * new$allodynia + 0.5 * new$pain
steps <- c(0, 2, 4, 6)
share <- c(0.08, 0.2, 0.45, 0.7)
# a published rule, by its sensitivity and specificity at a prevalence
met <- new$pain >= 7 & new$age_years < 60
sens <- 0.8; spec <- 0.7; prev <- 0.3
rule <- ifelse(met, sens * prev / (sens * prev + (1 - spec) * (1 - prev)),
               (1 - sens) * prev / ((1 - sens) * prev + spec * (1 - prev)))

out <- new
out$sex <- as.character(out$sex); out$allodynia <- tolower(out$allodynia)
write.csv(out, "new.csv", row.names = FALSE, quote = FALSE)
s <- coef(straight); b <- coef(bent)
num <- function(x) format(unname(x), digits = 17)
row <- function(k) num(k)
writeLines(c(
"study: golden",
"timepoints: {T0: before, T1: after}",
"predict_at: T0",
"columns:",
"  id: {role: id}",
"  age_years: {known_at: T0, type: number, unit: years, range: [18, 100]}",
"  sex: {known_at: T0, type: category, levels: [female, male, other]}",
"  pain: {known_at: T0, type: number, unit: NRS, range: [0, 10]}",
"  allodynia: {known_at: T0, type: flag}",
"  better: {known_at: T1, type: flag}",
"outcome: {name: better, known_at: T1, rule: better}",
"learners:",
"  glm:",
"    model:",
"      source: glm of make.R",
sprintf("      patients: %d", n), sprintf("      events: %d", sum(d$y)),
"      equation:",
sprintf("        intercept: %s", row(s[["(Intercept)"]])),
"        coefficients:",
sprintf("          age_years: %s", row(s[["age_years"]])),
sprintf("          sex=male: %s", row(s[["sexmale"]])),
sprintf("          sex=other: %s", row(s[["sexother"]])),
sprintf("          pain: %s", row(s[["pain"]])),
sprintf("          allodynia: %s", row(s[["allodyniaTRUE"]])),
"      units: {age_years: years, pain: NRS}",
"      missing: refuse",
"  rcs:",
"    model:",
"      source: lrm with rcs of make.R",
"      equation:",
sprintf("        intercept: %s", row(b[[1]])),
"        coefficients:",
sprintf("          age_years: %s", row(b[["age_years"]])),
sprintf("          sex=male: %s", row(b[["sex=male"]])),
sprintf("          sex=other: %s", row(b[["sex=other"]])),
sprintf("          allodynia: %s", row(b[["allodynia"]])),
"        splines:",
"          pain:",
sprintf("            knots: [%s]", paste(row(knots), collapse = ", ")),
sprintf("            coefficients: [%s]", paste(row(b[grep("pain", names(b))]), collapse = ", ")),
"      units: {age_years: years, pain: NRS}",
"      missing: refuse",
"  score:",
"    model:",
"      source: points of make.R",
"      points:",
"        items: {age_years: {50: 1, 65: 2}, allodynia: 2, pain: 0.5}",
"        probability: {0: 0.08, 2: 0.2, 4: 0.45, 6: 0.7}",
"      units: {age_years: years, pain: NRS}",
"      missing: refuse",
"  line:",
"    model:",
"      source: points of make.R, by intercept and slope",
"      points:",
"        items: {age_years: {50: 1, 65: 2}, allodynia: 2, pain: 0.5}",
"        intercept: -3.1",
"        slope: 0.55",
"      units: {age_years: years, pain: NRS}",
"      missing: refuse",
"  rule:",
"    model:",
"      source: rule of make.R",
"      rule:",
"        all_of: {pain: {at_least: 7}, age_years: {below: 60}}",
"        sensitivity: 0.8",
"        specificity: 0.7",
"        prevalence: 0.3",
"      units: {age_years: years, pain: NRS}",
"      missing: refuse"), "study.yaml")
write_json(list(
  glm = unname(predict(straight, new, type = "response")),
  rcs = unname(predict(bent, new, type = "fitted")),
  score = share[findInterval(points, steps)],
  line = plogis(-3.1 + 0.55 * points),
  rule = rule), "expected.json", digits = NA, pretty = TRUE)
writeLines(c(R.version.string, paste("rms", packageVersion("rms")),
             paste("Hmisc", packageVersion("Hmisc")),
             paste("jsonlite", packageVersion("jsonlite"))), "session.txt")
