# Makes input.csv, study.yaml, expected.json and session.txt. Run in this folder: Rscript make.R
# Needs rms (with Hmisc) and jsonlite. The patients are invented.
suppressMessages({library(rms); library(jsonlite)})

set.seed(11)
n <- 400
age <- round(runif(n, 20, 90))
pain <- round(runif(n, 0, 10), 1)
sex <- factor(sample(c("female", "male", "other"), n, TRUE, c(0.6, 0.35, 0.05)),
              levels = c("female", "male", "other"))
allodynia <- rbinom(n, 1, 0.4)
y <- rbinom(n, 1, plogis(-1 - 0.002 * (age - 55)^2 + 0.25 * pain + 0.4 * (sex == "male") - 0.7 * allodynia))
d <- data.frame(y, age, pain, sex, allodynia)
write.csv(d, "input.csv", row.names = FALSE, quote = FALSE)
dd <- datadist(d)
# the ends of the axes are those of the data dictionary
dd$limits[c("Low:prediction", "Low"), "age"] <- 20
dd$limits[c("High:prediction", "High"), "age"] <- 90
options(datadist = "dd")
fit <- lrm(y ~ rcs(age, c(30, 55, 80)) + pain + sex + allodynia, d, eps = 1e-12, tol = 1e-16)
made <- nomogram(fit, age = seq(20, 90, 5), pain = 0:10, sex = levels(sex), allodynia = 0:1,
                 fun = plogis, fun.at = c(0.05, 0.1, 0.3, 0.5, 0.7), lp = TRUE, lp.at = c(-3, -2, -1, 0, 1))
b <- unname(coef(fit))
points <- lapply(c("age", "pain", "sex", "allodynia"), function(name)
  list(value = as.character(made[[name]][[1]]), points = unname(made[[name]]$points)))
names(points) <- c("age", "pain", "sex", "allodynia")
# sums of points that stand for these linear predictors
sums <- list(logit = made$lp$x.real, total = unname(made$lp$x))
write_json(list(points = points, sums = sums), "expected.json", digits = NA, pretty = TRUE)
number <- function(x) format(x, digits = 17)
writeLines(c(
  "# Written by make.R: the model that it fitted, as a published equation.",
  "study: nomogram", "timepoints: {T0: before, T1: after}", "predict_at: T0", "columns:",
  "  id:        {role: id}",
  "  age:       {known_at: T0, type: integer, unit: years, range: [20, 90]}",
  "  pain:      {known_at: T0, type: number, unit: NRS, range: [0, 10]}",
  "  sex:       {known_at: T0, type: category, levels: [female, male, other]}",
  "  allodynia: {known_at: T0, type: flag}",
  "  better:    {known_at: T1, type: flag}",
  "outcome: {name: better, known_at: T1, rule: better}",
  "learners:", "  equation:", "    model:", "      source: make.R in this folder",
  "      equation:", paste0("        intercept: ", number(b[1])),
  paste0("        coefficients: {pain: ", number(b[4]), ", sex=male: ", number(b[5]),
         ", sex=other: ", number(b[6]), ", allodynia: ", number(b[7]), "}"),
  paste0("        splines: {age: {knots: [30, 55, 80], coefficients: [", number(b[2]), ", ", number(b[3]), "]}}"),
  "      units: {age: years, pain: NRS}",
  "      missing: {age: 55, pain: 5, sex=male: 0.35, sex=other: 0.05, allodynia: refuse}"
), "study.yaml")
packages <- c("rms", "Hmisc", "jsonlite")
versions <- sapply(packages, function(p) as.character(packageVersion(p)))
writeLines(c(R.version.string, paste(packages, versions)), "session.txt")
